// Properties proved here:
// 1. A run asks every query in the judgments' order, and its means leave out queries with nothing relevant.
// 2. Each metric is RankingMetrics' figure at the depth that its name says.
// 3. The zero-result rate counts all judged queries, including those with nothing relevant.
// 4. SplitMix64 gives the published numbers, and permutations are valid.
import Numbers
import Ranking
import Testing

@Suite struct JudgedRunTests {
  private let judgments = Judgments(queries: [
    .init(text: "printer", ratings: ["a": 3, "b": 1, "c": 0]), .init(text: "nothing good", ratings: ["a": 0]),
    .init(text: "toner", ratings: ["d": 2]),
  ])

  private func run() async throws -> JudgedRun {
    try await JudgedRun(name: "run", judgments: judgments) { query in
      switch query {
      case "printer": ["b", "x", "a"]
      case "toner": []
      default: ["a"]
      }
    }
  }

  @Test("1. queries and means") func means() async throws {
    let run = try await run()
    #expect(run.answers.map(\.query.text) == ["printer", "nothing good", "toner"])
    #expect(run.answers[1].value(.ndcg10) == nil)
    // printer: DCG = 1 + 7 / log2(4) = 4.5, ideal 7 + 1 / log2(3) = 7.6309; toner: 0.
    let expected = 4.5 / 7.630929753571458 / 2
    #expect(abs(try #require(run.mean(.ndcg10)) - expected) < 1e-12)
    #expect(run.mean(.reciprocalRank) == 0.5)
    #expect(run.mean(.recall10) == 0.5)
    // No judged product was shown for toner.
    #expect(abs(try #require(run.mean(.judged10)) - 2 / 3.0) < 1e-12)
  }

  @Test("2. depths", arguments: [(RelevanceMetric.ndcg5, 5), (.ndcg10, 10), (.ndcg20, 20)])
  func depths(metric: RelevanceMetric, depth: Int) {
    let query = Judgments.Query(text: "q", ratings: ["good": 3, "fine": 1])
    for place in 0..<30 {
      let ranking = (0..<30).map { $0 == place ? "good" : "x\($0)" }
      #expect(
        metric.value(of: ranking, for: query) == RankingMetrics.nDCG(of: ranking, ratings: query.ratings, at: depth))
      #expect(((metric.value(of: ranking, for: query) ?? 0) > 0) == (place < depth))
      #expect(RelevanceMetric.recall10.value(of: ranking, for: query) == (place < 10 ? 0.5 : 0))
      #expect(RelevanceMetric.precision10.value(of: ranking, for: query) == (place < 10 ? 0.1 : 0))
    }
    let late = (0..<101).map { "x\($0)" } + ["good"]
    #expect(RelevanceMetric.recall100.value(of: late, for: query) == 0)
    #expect(RelevanceMetric.recall100.value(of: Array(late.dropFirst(2)), for: query) == 0.5)
  }

  @Test("3. zero-result rate") func zeroResults() async throws {
    let run = try await run()
    #expect(run.emptyCount == 1 && abs(run.zeroResultRate - 1 / 3.0) < 1e-12)
    #expect(JudgedRun(name: "none", answers: []).zeroResultRate == 0)
  }

  @Test("4. random numbers") func random() {
    // The first numbers of seed 1234567, as rosettacode.org gives them for several languages.
    var random = SplitMix64(seed: 1_234_567)
    let first: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    #expect(first.allSatisfy { $0 == random.next() })
    for count in [0, 1, 2, 46] { #expect(random.permutation(of: count).sorted() == Array(0..<count)) }
    var seen = Set<[Int]>()
    for _ in 0..<200 { seen.insert(random.permutation(of: 3)) }
    #expect(seen.count == 6)
  }
}
