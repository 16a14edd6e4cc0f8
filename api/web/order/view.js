// Order page for the service desk: why it is where it is, what to tell the customer, what comes next.
import { html } from "/web/app/ui.js";
import { useLive, useQuery } from "/web/app/ask.js";
import { key, words, zoneName } from "/web/app/format.js";
import { MarkdownButton } from "/web/app/parts/copy.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { Heading, Money, Stat, StateOf, Time, sentence } from "/web/app/parts/words.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { Causes } from "./causes.js";
import { markdown } from "./markdown.js";
import { CustomerMessage } from "./message.js";
import { Fulfillments, Missing, Peers, SeenIn } from "./aside.js";
import { AS_OF, SUBSCRIPTION } from "./question.js";
import { Timeline } from "./timeline.js";
import { Verdict } from "./verdict.js";

export function OrderView({ route }) {
  const asOf = route.params.get("asOf");
  if (!route.rest) return html`
    <${Heading}>Order<//>
    <${Empty} title="Which order?">
      <p>Press <kbd>/</kbd> and type its number, or that of one of its documents.</p>
    <//>
  `;
  return asOf
    ? html`<${PastOrder} id=${route.rest} asOf=${asOf} key=${route.rest + asOf} />`
    : html`<${LiveOrder} id=${route.rest} key=${route.rest} />`;
}

function LiveOrder({ id }) {
  useStore(zone);
  const answer = useLive(SUBSCRIPTION, { id, timezone: zoneName() });
  return html`<${OrderAnswer} answer=${answer} id=${id} />`;
}

function PastOrder({ id, asOf }) {
  useStore(zone);
  const answer = useQuery(AS_OF, { id, asOf, timezone: zoneName() });
  return html`
    <${StateOf} asOf=${asOf} />
    <${OrderAnswer} answer=${answer} id=${id} />
  `;
}

function OrderAnswer({ answer, id }) {
  if (
    answer.error?.code === "NOT_FOUND"
      || (answer.data && !answer.data.order)
  ) return html`
    <${Unknown} id=${id} near=${answer.error?.near ?? []} />
  `;
  return html`
    <${Answered} answer=${answer} whole what="the order">
      ${({ order }) => html`<${OrderPage} order=${order} />`}
    <//>
  `;
}

function Unknown({ id, near }) {
  return html`<${Heading}>There is no order ${id}<//>
    <${Empty} title="Search for it">
      <p>
        Press <kbd>/</kbd> and type a part of the number, or the number of an invoice or shipment. No events
        of this order have arrived.
      </p>
      ${near.length > 0 && html`
        <p>
          Did you
          mean: ${near.map((one, at) => html`
            ${at > 0 && ", "}
            <a href=${`#/order/${key(one)}`}>${key(one)}</a>
          `)}
        </p>
      `}
    <//>`;
}

function OrderPage({ order }) {
  const { diagnosis } = order;
  const about = [
    order.channel,
    words(order.mode),
    order.region,
    order.customerTier
      && `${order.customerTier} customer`
  ]
    .filter(Boolean)
    .join(" · ");
  return html`
    <div class="row spread">
      <${Heading} sub=${sentence(about)}>Order ${key(order.id)}<//>
      <div class="row no-print">
        <${MarkdownButton} text=${() => markdown(order)} />
        <button class="button" type="button" onClick=${() => print()}>Print</button>
      </div>
    </div>
    <${Verdict} order=${order} />
    <div class="main-and-side">
      <div class="stack">
        <${CustomerMessage} list=${diagnosis.customerMessages} />
        <${Causes} diagnosis=${diagnosis} />
      </div>
      <div class="stack">
        <${Missing} diagnosis=${diagnosis} />
        <${Peers} peers=${diagnosis.peers} order=${order.id} />
      </div>
    </div>
    <div class="main-and-side">
      <${Timeline} entries=${order.timeline} />
      <div class="stack">
        <${Fulfillments} list=${order.fulfillments} />
        <${SeenIn} list=${order.seenIn} />
        <section class="card"><h2>The order</h2><dl class="stats">
          <${Stat} label="Value" kind="small"><${Money} of=${order.value} /><//>
          <${Stat} label="Placed" kind="small"><${Time} at=${order.placedAt} /><//>
          ${Object.entries(order.attributes)
              .map(([name, value]) => html`
                <${Stat} key=${name} label=${sentence(words(name))} kind="small">${String(value)}<//>
              `)}
        </dl></section>
      </div>
    </div>`;
}
