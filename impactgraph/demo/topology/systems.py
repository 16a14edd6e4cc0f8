"""Teams, systems and their APIs."""

SYSTEMS = """\
impactgraph: 1
teams:
  commerce:    {name: Digital commerce, contact: "#commerce-oncall", escalation: [orders]}
  orders:      {name: Order platform, contact: "#oms-oncall", escalation: [integration, commerce]}
  inventory:   {name: Inventory platform, contact: "#inventory-oncall", escalation: [orders]}
  integration: {name: Integration platform, contact: "#mq-oncall", escalation: [orders]}
  stores:      {name: Store systems, contact: "#store-oncall", escalation: [store-operations]}
  store-operations: {name: Store operations, contact: "#store-ops"}
  warehouse:   {name: Warehouse systems, contact: "#wms-oncall", escalation: [integration]}
  transport:   {name: Transport and carriers, contact: "#tms-oncall"}
  payments:    {name: Payments and fraud, contact: "#payments-oncall", escalation: [finance]}
  finance:     {name: Finance systems, contact: "#erp-oncall", escalation: [integration]}
  care:        {name: Customer care, contact: "#care"}
  suppliers:   {name: Supplier onboarding, contact: "#suppliers"}
  workplace:   {name: Workplace and access, contact: "#access-oncall"}

systems:
  # Where customers buy
  commerce:     {name: Commerce platform, owner: commerce, tier: 1, kind: commerce,
    optional: [loyalty-points, product-feed]}
  mobile:       {name: Mobile app backend, owner: commerce, tier: 1, kind: commerce, needs: [mobile-orders]}
  marketplace:  {name: Marketplace connector, owner: commerce, tier: 2, kind: commerce}
  catalogue:    {name: Product information, owner: commerce, tier: 2, kind: pim}
  loyalty:      {name: Loyalty programme, owner: commerce, tier: 3, kind: loyalty}
  tax:          {name: Tax engine, owner: finance, tier: 1, kind: tax}
  address:      {name: Address check, owner: commerce, tier: 3, kind: address}

  # Where orders are decided
  oms:          {name: Order management, owner: orders, tier: 1, kind: oms}
  inventory:    {name: Inventory and allocation, owner: inventory, tier: 1, kind: inventory}
  returns:      {name: Returns portal, owner: orders, tier: 2, kind: returns}

  # Where goods are handled
  storeops:     {name: Store fulfilment app, owner: stores, tier: 1, kind: store_operations,
    per_location: true, needs: [sign-in-stores]}
  pos:          {name: Point of sale, owner: stores, tier: 1, kind: pos, per_location: true}
  wms:          {name: Warehouse management, owner: warehouse, tier: 1, kind: wms, per_location: true,
    needs: [sign-in-warehouses]}
  darkops:      {name: Dark store picking, owner: warehouse, tier: 2, kind: wms, per_location: true,
    needs: [sign-in-dark]}
  threepl:      {name: Third-party warehouse gateway, owner: warehouse, tier: 2, kind: wms}
  edi:          {name: Supplier EDI, owner: suppliers, tier: 2, kind: edi}
  workforce:    {name: Workforce planning, owner: store-operations, tier: 3, kind: workforce}

  # How they travel
  tms:          {name: Transport management, owner: transport, tier: 1, kind: tms}
  labelhub:     {name: Label service, owner: transport, tier: 2, kind: labels}
  northpost:    {name: Northpost, owner: transport, tier: 2, kind: carrier}
  parcelline:   {name: Parcelline, owner: transport, tier: 2, kind: carrier}
  swiftway:     {name: Swiftway, owner: transport, tier: 2, kind: carrier}
  couriernet:   {name: Couriernet, owner: transport, tier: 2, kind: carrier}

  # Money
  payments:     {name: Payment provider, owner: payments, tier: 1, kind: payments}
  payments-alt: {name: Second payment provider, owner: payments, tier: 2, kind: payments}
  fraud:        {name: Fraud screening, owner: payments, tier: 2, kind: fraud}
  erp:          {name: ERP finance, owner: finance, tier: 1, kind: erp}
  bank:         {name: Bank gateway, owner: finance, tier: 2, kind: bank}

  # People
  crm:          {name: Customer service desk, owner: care, tier: 2, kind: customer_service}
  mailer:       {name: Customer messaging, owner: care, tier: 1, kind: messaging}
  identity:     {name: Workforce sign-in, owner: workplace, tier: 1, kind: identity}

  # What carries it all
  gateway:      {name: API gateway, owner: integration, tier: 1, kind: api_gateway}
  broker:       {name: Message broker, owner: integration, tier: 1, kind: broker}
  store-queues: {name: Store fulfilment queues, owner: integration, tier: 1, kind: broker}
  ipaas:        {name: Integration flows, owner: integration, tier: 1, kind: ipaas}
  transfer:     {name: Managed file transfer, owner: integration, tier: 2, kind: file_transfer}

apis:
  oms.orders:        {name: Order API,
    system: oms, protocol: rest, version: "4.1", lifecycle: production, schema: order@7, rate_limit: 400/s}
  oms.returns:       {name: Returns API,
    system: oms, protocol: rest, version: "2", lifecycle: production, schema: return@3}
  inventory.reserve: {name: Reservation API,
    system: inventory, protocol: grpc, version: "3", lifecycle: production, schema: reservation@3}
  tax.quote:         {name: Tax API, system: tax, protocol: rest, version: "2", lifecycle: production}
  address.check:     {name: Address API, system: address, protocol: rest, version: "1", lifecycle: production}
  fraud.score:       {name: Fraud score API,
    system: fraud, protocol: rest, version: "2", lifecycle: production}
  payments.capture:  {name: Capture API,
    system: payments, protocol: rest, version: "2025-06", lifecycle: production, rate_limit: 120/s}
  payments.refund:   {name: Refund API,
    system: payments, protocol: rest, version: "2025-06", lifecycle: production}
  payments-alt.capture: {name: Second capture API,
    system: payments-alt, protocol: rest, version: "1", lifecycle: production}
  labelhub.labels:   {name: Label API, system: labelhub, protocol: rest, version: "3", lifecycle: production}
  tms.labels:        {name: Legacy label API,
    system: tms, protocol: soap, version: "1", lifecycle: deprecated}
  tms.tracking:      {name: Tracking API, system: tms, protocol: rest, version: "2", lifecycle: production}
  couriernet.rides:  {name: Ride API, system: couriernet, protocol: rest, version: "5", lifecycle: production}
  loyalty.points:    {name: Loyalty API,
    system: loyalty, protocol: graphql, version: "1", lifecycle: experimental}
  crm.cases:         {name: Case API, system: crm, protocol: rest, version: "1", lifecycle: production}
  identity.tokens:   {name: Sign-in API,
    system: identity, protocol: rest, version: "1", lifecycle: production}
"""
