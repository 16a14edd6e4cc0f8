// GraphiQL on the schema of this server.

const example = `# What do the active failures affect?
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

// The address may hold a query after #query=, such as those that the command line prints.
const queryFromAddress = new URLSearchParams(location.hash.slice(1)).get("query") ?? undefined;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(
    GraphiQL,
    { fetcher: GraphiQL.createFetcher({ url: "/graphql" }), defaultQuery: example, query: queryFromAddress }
  ),
);
