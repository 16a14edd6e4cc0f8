// GraphiQL on the schema of this server; nothing is loaded from anywhere else.

const example = `# What do the failures that are active now hit?
{
  blastRadius {
    headline
    totals { orders stuck exposed upcoming recordsOnly willMissPromise value { amount currency } }
    orders(first: 10) {
      totalCount
      edges { node { band effect hitAt expectedDelay order { id promisedBy } path { sentence } } }
    }
    owners { team { name contact } orders }
  }
}
`;

// An address may bring its question behind #query=: the command line ends its answers with such a one.
const asked = new URLSearchParams(location.hash.slice(1)).get("query") ?? undefined;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher: GraphiQL.createFetcher({ url: "/graphql" }), defaultQuery: example, query: asked }),
);
