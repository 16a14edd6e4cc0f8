"""Integrations: calls and messages between the systems, and the data copies that they keep fresh."""

INTEGRATIONS = """\
impactgraph: 1
integrations:
  # Buying
  checkout:        {from: commerce, to: oms.orders, transport: sync, via: [gateway], carries: [order],
    timeout: 5s, retry: {attempts: 3,
      backoff: 2s}, idempotent: true, schema: order@7, owner: commerce, slo: {latency: 800ms}}
  mobile-orders:   {from: mobile, to: oms.orders, transport: sync, via: [gateway], carries: [order],
    timeout: 5s, retry: {attempts: 3,
      backoff: 2s}, idempotent: true, schema: order@7, owner: commerce}
  marketplace-orders: {from: marketplace, to: oms, transport: batch, via: [ipaas], every: 5m,
    carries: [order], schema: order@6, owner: commerce,
      dead_letter: marketplace-orders.dlq}
  tax-quote:       {from: commerce, to: tax.quote, transport: sync, timeout: 2s, retry: {attempts: 3,
    backoff: 1s}, idempotent: true, owner: finance}
  address-check:   {from: commerce, to: address.check, transport: sync, timeout: 2s, owner: commerce}
  fraud-check:     {from: commerce, to: fraud.score, transport: sync, timeout: 3s, owner: payments}
  loyalty-points:  {from: commerce, to: loyalty.points, transport: sync, timeout: 1s, owner: commerce}
  product-feed:    {from: catalogue, to: commerce, transport: stream, via: [broker], carries: [product],
    buffer: {capacity: 1000000, rate: 500/s,
      retention: 7d}, owner: commerce}
  review-case:     {from: oms, to: crm.cases, transport: sync, via: [gateway], timeout: 5s,
    retry: {attempts: 3, backoff: 5s}, owner: care}

  # Stock
  store-adjustments: {from: pos, to: oms, transport: queue, via: [broker, ipaas],
    carries: [inventory_adjustment], buffer: {capacity: 500000,
      rate: 3000/min, retention: 12h}, dead_letter: store-adjustments.dlq, retry: {attempts: 5,
        backoff: 30s}, schema: adjustment@3,
      owner: integration, slo: {latency: 1m}}
  store-sales:     {from: pos, to: inventory, transport: stream, via: [broker], carries: [sale],
    buffer: {capacity: 2000000, rate: 6000/min,
      retention: 2d}, schema: sale@5, owner: stores}
  dc-stock:        {from: wms, to: oms, transport: queue, via: [broker], carries: [inventory_adjustment],
    buffer: {capacity: 200000,
      rate: 2000/min, retention: 12h}, dead_letter: dc-stock.dlq, schema: adjustment@3, owner: warehouse}
  dark-stock:      {from: darkops, to: oms, transport: queue, via: [broker],
    carries: [inventory_adjustment], buffer: {capacity: 100000,
      rate: 1000/min, retention: 12h}, dead_letter: dark-stock.dlq, owner: warehouse}
  threepl-stock:   {from: threepl, to: oms, transport: file, via: [transfer, ipaas], every: 1h,
    carries: [stock_report], owner: warehouse}
  supplier-stock:  {from: edi, to: oms, transport: file, via: [transfer, ipaas], every: 1h,
    carries: [stock_report], owner: suppliers}
  reservations:    {from: oms, to: inventory, transport: queue, via: [store-queues], carries: [reservation],
    buffer: {capacity: 60000,
      rate: 900/min, retention: 12h}, dead_letter: reservations.dlq, retry: {attempts: 5, backoff: 20s},
        schema: reservation@3, owner: inventory,
      slo: {latency: 30s}}
  reserve-call:    {from: oms, to: inventory.reserve, transport: sync, timeout: 2s, retry: {attempts: 3,
    backoff: 1s}, idempotent: true,
      owner: inventory}

  # Release, pick, ship
  release-to-store: {from: inventory, to: storeops, transport: queue, via: [store-queues],
    carries: [release], buffer: {capacity: 40000,
      rate: 600/min, retention: 12h}, dead_letter: release-to-store.dlq, retry: {attempts: 5, backoff: 30s},
        schema: release@4, owner: orders,
      slo: {latency: 1m}}
  collect-release: {from: oms, to: storeops, transport: queue, via: [broker], carries: [release],
    buffer: {capacity: 40000, rate: 600/min,
      retention: 12h}, dead_letter: collect-release.dlq, retry: {attempts: 5, backoff: 30s},
        schema: release@4, owner: orders}
  release-to-dc:   {from: oms, to: wms, transport: queue, via: [broker], carries: [release],
    buffer: {capacity: 80000, rate: 1200/min,
      retention: 24h}, dead_letter: release-to-dc.dlq, schema: release@4, owner: orders}
  release-to-dark: {from: oms, to: darkops, transport: queue, via: [broker], carries: [release],
    buffer: {capacity: 20000, rate: 300/min,
      retention: 4h}, dead_letter: release-to-dark.dlq, owner: orders}
  release-to-threepl: {from: oms, to: threepl, transport: file, via: [ipaas, transfer], every: 15m,
    carries: [release], owner: orders}
  pick-confirm:    {from: storeops, to: oms, transport: queue, via: [store-queues],
    carries: [pick_confirmation], buffer: {capacity: 40000,
      rate: 600/min, retention: 12h}, dead_letter: pick-confirm.dlq, retry: {attempts: 4, backoff: 20s},
        schema: pick@2, owner: stores,
      slo: {latency: 1m}}
  collect-confirm: {from: storeops, to: oms, transport: queue, via: [broker], carries: [pick_confirmation],
    buffer: {capacity: 40000,
      rate: 600/min, retention: 12h}, dead_letter: collect-confirm.dlq, retry: {attempts: 4, backoff: 20s},
        schema: pick@2, owner: stores}
  ship-confirm:    {from: wms, to: oms, transport: queue, via: [broker], carries: [ship_confirmation],
    buffer: {capacity: 80000, rate: 1200/min,
      retention: 24h}, dead_letter: ship-confirm.dlq, retry: {attempts: 4, backoff: 20s}, owner: warehouse}
  dark-confirm:    {from: darkops, to: oms, transport: queue, via: [broker], carries: [pick_confirmation],
    buffer: {capacity: 20000, rate: 300/min,
      retention: 4h}, dead_letter: dark-confirm.dlq, owner: warehouse}
  threepl-confirm: {from: threepl, to: oms, transport: file, via: [transfer, ipaas], every: 30m,
    carries: [ship_confirmation], owner: warehouse}
  supplier-orders: {from: oms, to: edi, transport: file, via: [ipaas, transfer], every: 30m,
    carries: [purchase_order], owner: suppliers}
  supplier-asn:    {from: edi, to: oms, transport: queue, via: [broker], carries: [shipment_notice],
    buffer: {capacity: 50000, rate: 600/min,
      retention: 24h}, dead_letter: supplier-asn.dlq, owner: suppliers}
  pick-capacity:   {from: workforce, to: storeops, transport: batch, every: 6h, carries: [roster],
    owner: store-operations}

  # Labels and carriers
  labels:          {from: storeops, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s,
    retry: {attempts: 2, backoff: 10s},
      owner: transport}
  labels-backup:   {from: storeops, to: tms.labels, transport: sync, timeout: 20s, retry: {attempts: 2,
    backoff: 10s}, owner: transport}
  dc-labels:       {from: wms, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s,
    retry: {attempts: 2, backoff: 10s},
      owner: transport}
  dc-labels-backup: {from: wms, to: tms, transport: batch, every: 1h, carries: [label], owner: transport}
  courier-call:    {from: darkops, to: couriernet.rides, transport: sync, via: [gateway], timeout: 10s,
    retry: {attempts: 4, backoff: 15s,
      for: 5m}, idempotent: true, owner: transport}
  carrier-manifest: {from: oms, to: tms, transport: file, via: [ipaas], every: 1h, carries: [manifest],
    owner: transport}
  northpost-manifest: {from: tms, to: northpost, transport: file, via: [transfer], every: 1h,
    carries: [manifest], owner: transport}
  parcelline-manifest: {from: tms, to: parcelline, transport: file, via: [transfer], every: 2h,
    carries: [manifest], owner: transport}
  swiftway-events: {from: tms, to: swiftway, transport: queue, via: [broker], carries: [manifest],
    buffer: {capacity: 50000, rate: 600/min,
      retention: 24h}, dead_letter: swiftway.dlq, owner: transport}
  couriernet-events: {from: tms, to: couriernet, transport: queue, via: [broker], carries: [manifest],
    buffer: {capacity: 50000, rate: 600/min,
      retention: 24h}, dead_letter: couriernet.dlq, owner: transport}
  tracking:        {from: oms, to: tms.tracking, transport: sync, via: [gateway], timeout: 3s,
    retry: {attempts: 3, backoff: 10s}, owner: transport}

  # Money
  capture:         {from: oms, to: payments.capture, transport: sync, via: [gateway], timeout: 10s,
    retry: {attempts: 4, backoff: 15s, for: 2m},
      idempotent: true, owner: payments, slo: {latency: 2s}}
  capture-alt:     {from: oms, to: payments-alt.capture, transport: sync, via: [gateway], timeout: 10s,
    retry: {attempts: 2, backoff: 15s},
      idempotent: true, owner: payments}
  refund-call:     {from: oms, to: payments.refund, transport: sync, via: [gateway], timeout: 10s,
    retry: {attempts: 3, backoff: 10s},
      idempotent: true, owner: payments}
  oms-to-erp:      {from: oms, to: erp, transport: batch, via: [ipaas], every: 15m, carries: [goods_issue,
    invoice, refund, credit_note],
      schema: idoc-invoice@2, owner: finance, dead_letter: oms-to-erp.dlq}
  store-goods-issue: {from: storeops, to: erp, transport: queue, via: [store-queues, ipaas],
    carries: [goods_issue], buffer: {capacity: 60000,
      rate: 600/min, retention: 24h}, dead_letter: store-goods-issue.dlq, retry: {attempts: 5,
        backoff: 30s}, schema: idoc-goods-issue@2,
      owner: finance, slo: {latency: 2m}}
  dc-goods-issue:  {from: wms, to: erp, transport: batch, via: [ipaas], every: 15m, carries: [goods_issue],
    schema: idoc-goods-issue@2,
      owner: finance, dead_letter: dc-goods-issue.dlq}
  pos-to-erp:      {from: pos, to: erp, transport: queue, via: [broker, ipaas], carries: [goods_issue,
    invoice], buffer: {capacity: 200000,
      rate: 1200/min, retention: 2d}, dead_letter: pos-to-erp.dlq, owner: finance}
  settlement:      {from: payments, to: erp, transport: file, via: [transfer], every: 1d,
    carries: [settlement], owner: finance}
  payouts:         {from: erp, to: bank, transport: file, via: [transfer], every: 4h, carries: [payout],
    owner: finance}
  returns-in:      {from: storeops, to: oms, transport: queue, via: [broker], carries: [return_receipt],
    buffer: {capacity: 40000, rate: 300/min,
      retention: 12h}, dead_letter: returns-in.dlq, owner: stores}
  returns-dc:      {from: wms, to: oms, transport: queue, via: [broker], carries: [return_receipt],
    buffer: {capacity: 40000, rate: 300/min,
      retention: 12h}, dead_letter: returns-dc.dlq, owner: warehouse}
  return-labels:   {from: returns, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s,
    retry: {attempts: 3, backoff: 10s},
      owner: transport}
  return-request:  {from: returns, to: oms.returns, transport: sync, via: [gateway], timeout: 5s,
    retry: {attempts: 3, backoff: 2s},
      idempotent: true, owner: orders}

  # People
  oms-to-mailer:   {from: oms, to: mailer, transport: queue, via: [broker], carries: [notification],
    buffer: {capacity: 200000, rate: 3000/min,
      retention: 24h}, dead_letter: oms-to-mailer.dlq, retry: {attempts: 5, backoff: 1m}, owner: care,
        idempotent: true}
  tracking-to-mailer: {from: tms, to: mailer, transport: stream, via: [broker], carries: [notification],
    buffer: {capacity: 500000, rate: 3000/min,
      retention: 2d}, owner: care}
  case-updates:    {from: crm, to: mailer, transport: queue, via: [broker], carries: [notification],
    buffer: {capacity: 50000, rate: 600/min,
      retention: 24h}, dead_letter: case-updates.dlq, owner: care}
  sign-in-stores:  {from: storeops, to: identity.tokens, transport: sync, via: [gateway], timeout: 5s,
    retry: {attempts: 3, backoff: 5s, for: 10m},
      owner: workplace}
  sign-in-dark:    {from: darkops, to: identity.tokens, transport: sync, via: [gateway], timeout: 5s,
    retry: {attempts: 3, backoff: 5s, for: 10m},
      owner: workplace}
  sign-in-warehouses: {from: wms, to: identity.tokens, transport: sync, timeout: 5s, retry: {attempts: 3,
    backoff: 5s, for: 10m}, owner: workplace}

data:
  oms.store-availability:    {system: oms, fed_by: [store-adjustments], fresh_within: 10m,
    decision_risk: 0.12}
  inventory.allocation:      {system: inventory, fed_by: [reservations, store-sales], fresh_within: 15m,
    decision_risk: 0.1}
  oms.dc-availability:       {system: oms, fed_by: [dc-stock], fresh_within: 15m, decision_risk: 0.05}
  oms.dark-availability:     {system: oms, fed_by: [dark-stock], fresh_within: 5m, decision_risk: 0.15}
  oms.threepl-availability:  {system: oms, fed_by: [threepl-stock], fresh_within: 90m, decision_risk: 0.06}
  oms.supplier-availability: {system: oms, fed_by: [supplier-stock], fresh_within: 90m, decision_risk: 0.06}
  tms.carrier-rates:         {system: tms, fed_by: [northpost-manifest, parcelline-manifest],
    fresh_within: 12h, decision_risk: 0.02}
  storeops.roster:           {system: storeops, fed_by: [pick-capacity], fresh_within: 14h,
    decision_risk: 0.02}
"""
