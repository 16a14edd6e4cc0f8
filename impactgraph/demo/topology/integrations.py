"""Integrations: calls and messages between the systems, and the data copies that they keep fresh."""

INTEGRATIONS = """\
impactgraph: 1
integrations:
  # Buying
  checkout:        {name: Web orders,
    from: commerce, to: oms.orders, transport: sync, via: [gateway], carries: [order], timeout: 5s, retry:
    {attempts: 3, backoff: 2s}, idempotent: true, schema: order@7, owner: commerce, slo: {latency: 800ms}}
  mobile-orders:   {name: App orders,
    from: mobile, to: oms.orders, transport: sync, via: [gateway], carries: [order], timeout: 5s, retry:
    {attempts: 3, backoff: 2s}, idempotent: true, schema: order@7, owner: commerce}
  marketplace-orders: {name: Marketplace orders,
    from: marketplace, to: oms, transport: batch, via: [ipaas], every: 5m, carries: [order], schema:
    order@6, owner: commerce, dead_letter: marketplace-orders.dlq}
  tax-quote:       {name: Tax quotes,
    from: commerce, to: tax.quote, transport: sync, timeout: 2s, retry: {attempts: 3, backoff: 1s},
    idempotent: true, owner: finance}
  address-check:   {name: Address checks,
    from: commerce, to: address.check, transport: sync, timeout: 2s, owner: commerce}
  fraud-check:     {name: Fraud checks,
    from: commerce, to: fraud.score, transport: sync, timeout: 3s, owner: payments}
  loyalty-points:  {name: Loyalty points,
    from: commerce, to: loyalty.points, transport: sync, timeout: 1s, owner: commerce}
  product-feed:    {name: Product feed,
    from: catalogue, to: commerce, transport: stream, via: [broker], carries: [product], buffer: {capacity:
    1000000, rate: 500/s, retention: 7d}, owner: commerce}
  review-case:     {name: Review cases,
    from: oms, to: crm.cases, transport: sync, via: [gateway], timeout: 5s, retry: {attempts: 3, backoff:
    5s}, owner: care}

  # Stock
  store-adjustments: {name: Store stock adjustments,
    from: pos, to: oms, transport: queue, via: [broker, ipaas], carries: [inventory_adjustment], buffer:
    {capacity: 500000, rate: 3000/min, retention: 12h}, dead_letter: store-adjustments.dlq, retry:
    {attempts: 5, backoff: 30s}, schema: adjustment@3, owner: integration, slo: {latency: 1m}}
  store-sales:     {name: Store sales,
    from: pos, to: inventory, transport: stream, via: [broker], carries: [sale], buffer: {capacity: 2000000,
    rate: 6000/min, retention: 2d}, schema: sale@5, owner: stores}
  dc-stock:        {name: Distribution centre stock,
    from: wms, to: oms, transport: queue, via: [broker], carries: [inventory_adjustment], buffer: {capacity:
    200000, rate: 2000/min, retention: 12h}, dead_letter: dc-stock.dlq, schema: adjustment@3, owner:
    warehouse}
  dark-stock:      {name: Dark store stock,
    from: darkops, to: oms, transport: queue, via: [broker], carries: [inventory_adjustment], buffer:
    {capacity: 100000, rate: 1000/min, retention: 12h}, dead_letter: dark-stock.dlq, owner: warehouse}
  threepl-stock:   {name: Third-party stock report,
    from: threepl, to: oms, transport: file, via: [transfer, ipaas], every: 1h, carries: [stock_report],
    owner: warehouse}
  supplier-stock:  {name: Supplier stock report,
    from: edi, to: oms, transport: file, via: [transfer, ipaas], every: 1h, carries: [stock_report], owner:
    suppliers}
  reservations:    {name: Stock reservations,
    from: oms, to: inventory, transport: queue, via: [store-queues], carries: [reservation], buffer:
    {capacity: 60000, rate: 900/min, retention: 12h}, dead_letter: reservations.dlq, retry: {attempts: 5,
    backoff: 20s}, schema: reservation@3, owner: inventory, slo: {latency: 30s}}
  reserve-call:    {name: Reservation calls,
    from: oms, to: inventory.reserve, transport: sync, timeout: 2s, retry: {attempts: 3, backoff: 1s},
    idempotent: true, owner: inventory}

  # Release, pick, ship
  release-to-store: {name: Releases to stores,
    from: inventory, to: storeops, transport: queue, via: [store-queues], carries: [release], buffer:
    {capacity: 40000, rate: 600/min, retention: 12h}, dead_letter: release-to-store.dlq, retry: {attempts:
    5, backoff: 30s}, schema: release@4, owner: orders, slo: {latency: 1m}}
  collect-release: {name: Collection releases to stores,
    from: oms, to: storeops, transport: queue, via: [broker], carries: [release], buffer: {capacity: 40000,
    rate: 600/min, retention: 12h}, dead_letter: collect-release.dlq, retry: {attempts: 5, backoff: 30s},
    schema: release@4, owner: orders}
  release-to-dc:   {name: Releases to distribution centres,
    from: oms, to: wms, transport: queue, via: [broker], carries: [release], buffer: {capacity: 80000, rate:
    1200/min, retention: 24h}, dead_letter: release-to-dc.dlq, schema: release@4, owner: orders}
  release-to-dark: {name: Releases to dark stores,
    from: oms, to: darkops, transport: queue, via: [broker], carries: [release], buffer: {capacity: 20000,
    rate: 300/min, retention: 4h}, dead_letter: release-to-dark.dlq, owner: orders}
  release-to-threepl: {name: Releases to the third party,
    from: oms, to: threepl, transport: file, via: [ipaas, transfer], every: 15m, carries: [release], owner:
    orders}
  pick-confirm:    {name: Pick confirmations,
    from: storeops, to: oms, transport: queue, via: [store-queues], carries: [pick_confirmation], buffer:
    {capacity: 40000, rate: 600/min, retention: 12h}, dead_letter: pick-confirm.dlq, retry: {attempts: 4,
    backoff: 20s}, schema: pick@2, owner: stores, slo: {latency: 1m}}
  collect-confirm: {name: Collection pick confirmations,
    from: storeops, to: oms, transport: queue, via: [broker], carries: [pick_confirmation], buffer:
    {capacity: 40000, rate: 600/min, retention: 12h}, dead_letter: collect-confirm.dlq, retry: {attempts: 4,
    backoff: 20s}, schema: pick@2, owner: stores}
  ship-confirm:    {name: Ship confirmations,
    from: wms, to: oms, transport: queue, via: [broker], carries: [ship_confirmation], buffer: {capacity:
    80000, rate: 1200/min, retention: 24h}, dead_letter: ship-confirm.dlq, retry: {attempts: 4, backoff:
    20s}, owner: warehouse}
  dark-confirm:    {name: Dark store pick confirmations,
    from: darkops, to: oms, transport: queue, via: [broker], carries: [pick_confirmation], buffer:
    {capacity: 20000, rate: 300/min, retention: 4h}, dead_letter: dark-confirm.dlq, owner: warehouse}
  threepl-confirm: {name: Third-party ship confirmations,
    from: threepl, to: oms, transport: file, via: [transfer, ipaas], every: 30m, carries:
    [ship_confirmation], owner: warehouse}
  supplier-orders: {name: Purchase orders to suppliers,
    from: oms, to: edi, transport: file, via: [ipaas, transfer], every: 30m, carries: [purchase_order],
    owner: suppliers}
  supplier-asn:    {name: Shipment notices of suppliers,
    from: edi, to: oms, transport: queue, via: [broker], carries: [shipment_notice], buffer: {capacity:
    50000, rate: 600/min, retention: 24h}, dead_letter: supplier-asn.dlq, owner: suppliers}
  pick-capacity:   {name: Store rosters feed,
    from: workforce, to: storeops, transport: batch, every: 6h, carries: [roster], owner: store-operations}

  # Labels and carriers
  labels:          {name: Store labels,
    from: storeops, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s, retry: {attempts: 2,
    backoff: 10s}, owner: transport}
  labels-backup:   {name: Backup store labels,
    from: storeops, to: tms.labels, transport: sync, timeout: 20s, retry: {attempts: 2, backoff: 10s},
    owner: transport}
  dc-labels:       {name: Distribution centre labels,
    from: wms, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s, retry: {attempts: 2,
    backoff: 10s}, owner: transport}
  dc-labels-backup: {name: Backup distribution centre labels,
    from: wms, to: tms, transport: batch, every: 1h, carries: [label], owner: transport}
  courier-call:    {name: Courier bookings,
    from: darkops, to: couriernet.rides, transport: sync, via: [gateway], timeout: 10s, retry: {attempts: 4,
    backoff: 15s, for: 5m}, idempotent: true, owner: transport}
  carrier-manifest: {name: Carrier manifest,
    from: oms, to: tms, transport: file, via: [ipaas], every: 1h, carries: [manifest], owner: transport}
  northpost-manifest: {name: Northpost manifest,
    from: tms, to: northpost, transport: file, via: [transfer], every: 1h, carries: [manifest], owner:
    transport}
  parcelline-manifest: {name: Parcelline manifest,
    from: tms, to: parcelline, transport: file, via: [transfer], every: 2h, carries: [manifest], owner:
    transport}
  swiftway-events: {name: Swiftway manifest,
    from: tms, to: swiftway, transport: queue, via: [broker], carries: [manifest], buffer: {capacity: 50000,
    rate: 600/min, retention: 24h}, dead_letter: swiftway.dlq, owner: transport}
  couriernet-events: {name: Couriernet manifest,
    from: tms, to: couriernet, transport: queue, via: [broker], carries: [manifest], buffer: {capacity:
    50000, rate: 600/min, retention: 24h}, dead_letter: couriernet.dlq, owner: transport}
  tracking:        {name: Tracking calls,
    from: oms, to: tms.tracking, transport: sync, via: [gateway], timeout: 3s, retry: {attempts: 3, backoff:
    10s}, owner: transport}

  # Money
  capture:         {name: Payment capture,
    from: oms, to: payments.capture, transport: sync, via: [gateway], timeout: 10s, retry: {attempts: 4,
    backoff: 15s, for: 2m}, idempotent: true, owner: payments, slo: {latency: 2s}}
  capture-alt:     {name: Second payment capture,
    from: oms, to: payments-alt.capture, transport: sync, via: [gateway], timeout: 10s, retry: {attempts: 2,
    backoff: 15s}, idempotent: true, owner: payments}
  refund-call:     {name: Refund calls,
    from: oms, to: payments.refund, transport: sync, via: [gateway], timeout: 10s, retry: {attempts: 3,
    backoff: 10s}, idempotent: true, owner: payments}
  oms-to-erp:      {name: Finance postings run,
    from: oms, to: erp, transport: batch, via: [ipaas], every: 15m, carries: [goods_issue, invoice, refund,
    credit_note], schema: idoc-invoice@2, owner: finance, dead_letter: oms-to-erp.dlq}
  store-goods-issue: {name: Store goods issues,
    from: storeops, to: erp, transport: queue, via: [store-queues, ipaas], carries: [goods_issue], buffer:
    {capacity: 60000, rate: 600/min, retention: 24h}, dead_letter: store-goods-issue.dlq, retry: {attempts:
    5, backoff: 30s}, schema: idoc-goods-issue@2, owner: finance, slo: {latency: 2m}}
  dc-goods-issue:  {name: Distribution centre goods issues,
    from: wms, to: erp, transport: batch, via: [ipaas], every: 15m, carries: [goods_issue], schema:
    idoc-goods-issue@2, owner: finance, dead_letter: dc-goods-issue.dlq}
  pos-to-erp:      {name: Point of sale postings,
    from: pos, to: erp, transport: queue, via: [broker, ipaas], carries: [goods_issue, invoice], buffer:
    {capacity: 200000, rate: 1200/min, retention: 2d}, dead_letter: pos-to-erp.dlq, owner: finance}
  settlement:      {name: Settlement file,
    from: payments, to: erp, transport: file, via: [transfer], every: 1d, carries: [settlement], owner:
    finance}
  payouts:         {name: Payout file,
    from: erp, to: bank, transport: file, via: [transfer], every: 4h, carries: [payout], owner: finance}
  returns-in:      {name: Return receipts of stores,
    from: storeops, to: oms, transport: queue, via: [broker], carries: [return_receipt], buffer: {capacity:
    40000, rate: 300/min, retention: 12h}, dead_letter: returns-in.dlq, owner: stores}
  returns-dc:      {name: Return receipts of distribution centres,
    from: wms, to: oms, transport: queue, via: [broker], carries: [return_receipt], buffer: {capacity:
    40000, rate: 300/min, retention: 12h}, dead_letter: returns-dc.dlq, owner: warehouse}
  return-labels:   {name: Return labels,
    from: returns, to: labelhub.labels, transport: sync, via: [gateway], timeout: 20s, retry: {attempts: 3,
    backoff: 10s}, owner: transport}
  return-request:  {name: Return requests,
    from: returns, to: oms.returns, transport: sync, via: [gateway], timeout: 5s, retry: {attempts: 3,
    backoff: 2s}, idempotent: true, owner: orders}

  # People
  oms-to-mailer:   {name: Customer message queue,
    from: oms, to: mailer, transport: queue, via: [broker], carries: [notification], buffer: {capacity:
    200000, rate: 3000/min, retention: 24h}, dead_letter: oms-to-mailer.dlq, retry: {attempts: 5, backoff:
    1m}, owner: care, idempotent: true}
  tracking-to-mailer: {name: Tracking message stream,
    from: tms, to: mailer, transport: stream, via: [broker], carries: [notification], buffer: {capacity:
    500000, rate: 3000/min, retention: 2d}, owner: care}
  case-updates:    {name: Case messages,
    from: crm, to: mailer, transport: queue, via: [broker], carries: [notification], buffer: {capacity:
    50000, rate: 600/min, retention: 24h}, dead_letter: case-updates.dlq, owner: care}
  sign-in-stores:  {name: Sign-in of stores,
    from: storeops, to: identity.tokens, transport: sync, via: [gateway], timeout: 5s, retry: {attempts: 3,
    backoff: 5s, for: 10m}, owner: workplace}
  sign-in-dark:    {name: Sign-in of dark stores,
    from: darkops, to: identity.tokens, transport: sync, via: [gateway], timeout: 5s, retry: {attempts: 3,
    backoff: 5s, for: 10m}, owner: workplace}
  sign-in-warehouses: {name: Sign-in of warehouses,
    from: wms, to: identity.tokens, transport: sync, timeout: 5s, retry: {attempts: 3, backoff: 5s, for:
    10m}, owner: workplace}

data:
  oms.store-availability:    {name: Store availability,
    system: oms, fed_by: [store-adjustments], fresh_within: 10m, decision_risk: 0.12}
  inventory.allocation:      {name: Allocation stock,
    system: inventory, fed_by: [reservations, store-sales], fresh_within: 15m, decision_risk: 0.1}
  oms.dc-availability:       {name: Distribution centre availability,
    system: oms, fed_by: [dc-stock], fresh_within: 15m, decision_risk: 0.05}
  oms.dark-availability:     {name: Dark store availability,
    system: oms, fed_by: [dark-stock], fresh_within: 5m, decision_risk: 0.15}
  oms.threepl-availability:  {name: Third-party availability,
    system: oms, fed_by: [threepl-stock], fresh_within: 90m, decision_risk: 0.06}
  oms.supplier-availability: {name: Supplier availability,
    system: oms, fed_by: [supplier-stock], fresh_within: 90m, decision_risk: 0.06}
  tms.carrier-rates:         {name: Carrier rates,
    system: tms, fed_by: [northpost-manifest, parcelline-manifest], fresh_within: 12h, decision_risk: 0.02}
  storeops.roster:           {name: Store rosters,
    system: storeops, fed_by: [pick-capacity], fresh_within: 14h, decision_risk: 0.02}
"""
