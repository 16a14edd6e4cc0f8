// The start page: the active failures, each with the headline of what it hits.

async function ask(query, variables = {}) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map((error) => error.message).join("; "));
  return data;
}

function cell(text) {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
}

async function row(failure) {
  const made = document.createElement("tr");
  const hits = cell("…");
  made.append(cell(failure.id), cell(failure.class), cell(failure.target.id), cell(new Date(failure.startedAt).toLocaleString()), cell(failure.severity), hits);
  document.querySelector("#failures tbody").append(made);
  const query = "query ($failures: [ID!]) { blastRadius(failures: $failures) { headline } }";
  try {
    hits.textContent = (await ask(query, { failures: [failure.id] })).blastRadius.headline;
  } catch (error) {
    hits.textContent = error.message;
  }
}

async function show() {
  const headline = document.querySelector("#headline");
  try {
    const { failures } = await ask("{ failures(active: true, first: 20) { totalCount edges { node { id class startedAt severity target { id } } } } }");
    if (failures.totalCount === 0) {
      headline.textContent = "No failure is active.";
      return;
    }
    document.querySelector("#failures").hidden = false;
    await Promise.all(failures.edges.map(({ node }) => row(node)));
    headline.textContent = (await ask("{ blastRadius { headline } }")).blastRadius.headline;
  } catch (error) {
    headline.textContent = error.message;
  }
}

show();
