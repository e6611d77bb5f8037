package import Bootstrap
package import Understanding

/// Measures how long it takes to understand queries: the catalog's own, and twenty words among many synonym rules.
package struct UnderstandingBenchmark {
  let understanding: QueryUnderstanding
  let queries: [String]
  let rules: Int
  let rounds: Int
  let terminal: Terminal

  package init(
    understanding: QueryUnderstanding, queries: [String], rules: Int, rounds: Int, terminal: Terminal
  ) {
    self.understanding = understanding
    self.queries = queries
    self.rules = rules
    self.rounds = rounds
    self.terminal = terminal
  }

  private static let wordsPerQuery = 20
  private static let generatedQueries = 1000

  package func run() throws {
    report("the shop's rules and catalog, \(queries.count) queries", measure(understanding, queries))
    let generated = try manyRules()
    report(
      "\(generated.rules.synonyms.count) synonym phrases, \(Self.wordsPerQuery) words a query",
      measure(generated, longQueries()))
  }

  /// Rules of two and three phrases, some of several words, each leading to the next.
  private func manyRules() throws -> QueryUnderstanding {
    let lines = (0..<rules).map { rule in
      rule % 3 == 0
        ? "word\(rule) thing, word\((rule + 1) % rules), other\(rule)"
        : "word\(rule) => word\((rule + 1) % rules) kind^0.5"
    }
    let generated = QueryRules(synonyms: try SynonymRules(parsing: lines.joined(separator: "\n")))
    return QueryUnderstanding(rules: generated, knowledge: understanding.knowledge)
  }

  private func longQueries() -> [String] {
    (0..<Self.generatedQueries).map { query in
      (0..<Self.wordsPerQuery).map { "word\((query * 31 + $0 * 977) % rules)" }.joined(separator: " ")
    }
  }

  private func measure(_ understanding: QueryUnderstanding, _ queries: [String]) -> [Double] {
    var times: [Double] = []
    var slots = 0
    for round in 0...rounds {
      for query in queries {
        let start = ContinuousClock.now
        slots += understanding.plan(query).slots.count
        // The first round is not counted: it brings the tables into the cache.
        if round > 0 { times.append((ContinuousClock.now - start) / .milliseconds(1)) }
      }
    }
    precondition(slots > 0, "no query had a word")
    return times.sorted()
  }

  private func report(_ name: String, _ times: [Double]) {
    func at(_ share: Double) -> String {
      decimal(times[min(times.count - 1, Int(saturating: Double(times.count) * share))], 4)
    }
    terminal.print(
      "\(name): p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, most \(at(1)) ms of \(times.count) plans")
  }
}
