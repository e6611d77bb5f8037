package import Bootstrap
import HTTPServer
import Indexer
import SearchService
import Telemetry

/// `vitrine bench suggest`: suggestions over HTTP while queries are typed letter by letter.
///
/// Each query is sent at every letter, as the search box does, and once more with a letter replaced, which exercises
/// the spelling. There is no peer: no engine here returns products, categories, brands and corrections in one answer.
package struct SuggestBenchmark {
  /// Letters that are typed before a shopper sees the right suggestion.
  private static let longest = 20
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")

  let shop: Shop
  let queries: [String]
  let rounds: Int
  let secondsPerRound: Int
  let connections: [Int]
  let terminal: Terminal

  package init(
    shop: Shop, queries: [String], rounds: Int, secondsPerRound: Int, connections: [Int], terminal: Terminal
  ) {
    self.shop = shop
    self.queries = queries
    self.rounds = rounds
    self.secondsPerRound = secondsPerRound
    self.connections = connections
    self.terminal = terminal
  }

  package func run() async throws {
    let indexed = try await shop.indexFull()
    try await shop.knowledge.refresh()
    let server = try shop.server(port: 0)
    let port = try server.start()
    let right = queries.flatMap(beginnings)
    let wrong = queries.enumerated().compactMap { mistyped($1, $0) }
    terminal.print(
      "\(indexed.documents) products; \(right.count) beginnings of \(queries.count) queries, and \(wrong.count) mistyped"
    )
    for count in connections {
      for (name, texts) in [("as typed", right), ("mistyped", wrong), ("all", right + wrong)] {
        let requests = texts.map { LoadGenerator.Request(path: "/v1/suggest?q=\(SearchBenchmark.encoded($0))") }
        var contender = SearchBenchmark.Contender(name: name)
        for _ in 0..<rounds {
          contender.rounds.append(
            try await LoadGenerator.run(
              "http://127.0.0.1:\(port)", requests: requests, connections: count, seconds: secondsPerRound))
        }
        let figures = contender.median
        terminal.print(
          "  \(count) client\(count == 1 ? "" : "s"), \(name): p50 \(SearchBenchmark.rounded(figures.p50Milliseconds)) ms, p99 \(SearchBenchmark.rounded(figures.p99Milliseconds)) ms, \(Int(saturating: figures.requestsPerSecond)) requests/s"
        )
      }
    }
    await server.shutdown(gracePeriod: .seconds(1))
  }

  private func beginnings(_ query: String) -> [String] {
    (1...max(1, min(query.count, Self.longest))).map { String(query.prefix($0)) }
  }

  /// The query with a letter in the middle replaced; nil if it is too short to recognise.
  private func mistyped(_ query: String, _ index: Int) -> String? {
    var letters = Array(query.prefix(Self.longest))
    guard letters.count >= 5 else { return nil }
    let place = letters.count / 2
    guard letters[place].isLetter else { return nil }
    let other = Self.letters.filter { $0 != letters[place] }
    letters[place] = other[index % other.count]
    return String(letters)
  }
}
