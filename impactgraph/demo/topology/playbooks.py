"""Playbooks: steps, their owners, and messages to the customer."""

PLAYBOOKS = """\
impactgraph: 1
playbooks:
  stock-adjustments-stopped:
    name: Store stock no longer reaches order management
    for: {elements: ["integration:store-adjustments", "data:oms.store-availability"]}
    steps:
      - {text: Raise the safety stock of the stores in scope to 2 so that fewer false promises are made,
          owner: inventory, approval: commerce}
      - {text: Restart the flow and watch the queue drain oldest first, owner: integration,
          effect: {kind: end, target: "integration:store-adjustments"}}
      - {text: Ask the stores to check collect orders promised since the stop before customers set out,
          owner: store-operations}
      - {text: Reallocate or cancel what cannot be found and issue the refunds, owner: orders,
          approval: finance}
    message:
      en: We are checking with the store that the items of your order {order} are really there, and will write
        to you as soon as we know.
      de: Wir prüfen gerade mit der Filiale, ob die Artikel Ihrer Bestellung {order} wirklich vorrätig sind,
        und melden uns bei Ihnen.
      fr: Nous vérifions auprès du magasin que les articles de votre commande {order} sont bien
        disponibles et vous tiendrons au courant.
      es: Estamos comprobando con la tienda que los artículos de su pedido {order} están disponibles
        y le mantendremos informado.
      ja: ご注文{order}の商品の在庫を店舗に確認しております。わかり次第ご連絡いたします。
  store-queues-saturated:
    name: Ship-from-store queues are full
    for: {elements: ["system:store-queues", "integration:release-to-store", "integration:pick-confirm"],
      classes: [backlog, latency, capacity]}
    steps:
      - {text: Add consumers to the release and pick confirmation queues, owner: integration,
          effect: {kind: end, target: "system:store-queues"}}
      - {text: Move new orders to the distribution centres until the queues are short, owner: orders,
          approval: commerce, effect: {kind: move, from: "step:ship-from-store/allocate",
          target: "workflow:ship-from-dc"}}
      - {text: Hold the invoice run until the goods issues of the window have arrived, owner: finance,
          approval: finance, effect: {kind: hold, target: "integration:oms-to-erp", records: [invoice]}}
    message:
      en: Your order {order} is being prepared in a store. It's taking longer than usual today, and we expect
        it to leave within a few hours.
      de: Ihre Bestellung {order} wird in einer unserer Filialen vorbereitet.
        Das dauert gerade länger als üblich.
      fr: Votre commande {order} est en cours de préparation dans l'un de nos magasins.
        Cela prend plus de temps que d'habitude.
      es: Su pedido {order} se está preparando en una de nuestras tiendas.
        Está tardando más de lo habitual.
      ja: ご注文{order}の商品は店舗で準備しております。通常より時間がかかっております。
  drain-dead-letters:
    name: Replay what was rejected
    for: {kinds: [integration], classes: [schema_mismatch]}
    steps:
      - {text: Roll back the producer to the last accepted schema version, owner: integration,
          effect: {kind: end}}
      - {text: Replay the dead-letter queue in order, owner: integration, approval: finance}
    message: Your order {order} is safe. A message between our systems has to be sent again, and we expect it
      to move within the hour.
  payment-provider-down:
    name: The payment provider does not answer
    for: {elements: ["system:payments", "api:payments.capture"]}
    steps:
      - {text: Open a case with the payment provider, owner: payments}
      - {text: Send captures through the second provider, owner: payments, approval: finance,
          effect: {kind: alternative, target: "api:payments-alt.capture"}}
    message: Your payment is reserved and nothing is charged twice. Your order {order} goes on as soon as the
      payment is confirmed.
  carrier-down:
    name: A carrier is not reachable
    for: {elements: ["system:northpost", "system:parcelline", "system:swiftway", "system:couriernet"]}
    steps:
      - {text: Move new parcels to the other carriers of the region, owner: transport, approval: transport}
    message: Our carrier is late today. The parcel of your order {order} is packed, and its tracking will be
      updated this evening.
  finance-postings-late:
    name: Postings reach finance late
    for: {elements: ["integration:oms-to-erp", "system:erp"]}
    steps:
      - {text: Tell the ledger team which documents are missing before the period closes, owner: finance}
      - {text: Rerun the batch and compare counts, owner: integration, approval: finance}
    message: Your order {order} is not affected. Your invoice will be sent later today.
  messages-late:
    name: Customers receive no messages
    for: {elements: ["system:mailer", "integration:oms-to-mailer"]}
    steps:
      - {text: Show the state of orders on the order page and in the app, owner: commerce}
      - {text: Send held messages once and drop those that are overtaken, owner: care, approval: care}
    message: Your order {order} goes on as planned. Only our message to you was late.
"""
