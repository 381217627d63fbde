// Neo4j Browser speaks Bolt over a WebSocket to port 7687, which only the container can reach. Opened through the
// notebook's proxy it shall go through that proxy too, and needs no login. postBuild puts this into its page and worker.
const home = location.pathname.match(/^(.*\/)neo4j\/browser\/[^/]*$/)
if (home) {
  const Direct = self.WebSocket
  self.WebSocket = class extends Direct {
    constructor(url, protocols) {
      const bolt = new URL(url).port === '7687'
      super(bolt ? location.origin.replace(/^http/, 'ws') + home[1] + 'proxy/7687/' : url, protocols)
    }
  }
  if (self.document && !location.search.includes('dbms=')) {
    // A page that came by https is offered encrypted connections only
    const scheme = location.protocol === 'https:' ? 'bolt%2Bs' : 'bolt'
    const server = `?dbms=${scheme}://localhost:7687&preselectAuthMethod=NO_AUTH`
    history.replaceState(null, '', location.pathname + server + location.hash)
  }
}
