// `vitrine evaluate relevance` and `vitrine tune`. Properties proved here:
// 1. On a catalog from a file the report has every ranking and every step, its JSON parses, a seed gives the same
//    figures again, and the shop's database does not change.
// 2. --at-least passes results that reach it and ends with 3 for others.
// 3. The page of the report escapes all text of the catalog and the judgments, has no script and no other file, and
//    closes each tag that must be closed.
// 4. Tuning never writes weights that are no better on held-out queries. The weights that it writes can be read and
//    state their origin, and a shop started with them searches by them and names them in its metrics.
// 5. An unusable file of weights is refused at the start with its name and its fault; so are judgments without a
//    product of the catalog or without a relevant one, and a number of folds for which there are too few queries.
import Configuration
import Foundation
import JSON
import Ranking
import SearchDSL
import SearchService
import Telemetry
import Testing
import Threading
import Understanding

@testable import Bootstrap
@testable import Evaluation
@testable import vitrine

/// Twelve products and six queries in their own folder. Titles state a product's purpose as often as its kind, so that
/// some weights rank better than others.
private struct SmallShop {
  let folder: StateFolder
  var catalog: String { folder.path + "/products.ndjson" }
  var judgments: String { folder.path + "/judgments.csv" }

  init() throws {
    folder = try StateFolder()
    var lines: [String] = []
    var ratings = ["query,product_id,rating"]
    for (index, noun) in ["printer", "laptop", "camera", "kettle", "phone", "lamp"].enumerated() {
      lines.append(Self.line("T\(index)", "Vario \(index)", brand: "Acme", summary: "A \(noun). The \(noun) to have."))
      lines.append(Self.line("A\(index)", "Case for a \(noun)", brand: "Bolt", summary: "Padded and light."))
      ratings += ["\(noun),T\(index),3", "\(noun),A\(index),1"]
    }
    try write(lines.joined(separator: "\n"), to: catalog)
    try write(ratings.joined(separator: "\n"), to: judgments)
  }

  func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  private static func line(_ code: String, _ title: String, brand: String, summary: String) -> String {
    let value: JSONValue = [
      "code": .string(code), "title": .string(title), "brand": .string(brand), "summary": .string(summary),
      "variants": [["sku": .string(code), "stock": ["main": 5]]],
    ]
    return value.text
  }

  func run(_ words: [String]) async -> (code: ExitCode, out: String, err: String) {
    let written = Guarded((out: "", err: ""))
    let terminal = Terminal(isInteractive: false) { text, isError in
      written.withLock { if isError { $0.err += text } else { $0.out += text } }
    }
    let code = await Vitrine.run(
      words + ["--state-folder", folder.path + "/none"], environment: [:], terminal: terminal)
    let (out, err) = written.withLock { $0 }
    return (code, out, err)
  }

  /// Runs `evaluate relevance` or `tune` on the folder's files.
  func measure(_ command: [String], _ options: [String] = []) async -> (code: ExitCode, out: String, err: String) {
    await run(
      command + ["--judgments", judgments, "--catalog", catalog, "--format", "ndjson", "--engine", "embedded"] + options
    )
  }
}

@Suite struct RelevanceTests {
  @Test("1, 2: the report and the gate", .timeLimit(.minutes(5))) func report() async throws {
    let shop = try SmallShop()
    defer { shop.folder.remove() }
    let page = shop.folder.path + "/report.html"
    let (code, out, err) = await shop.measure(
      ["evaluate", "relevance"], ["--ablate", "--json", "--seed", "7", "--html", page, "--at-least", "0.5"])
    #expect(code == .success, "\(err)")
    let report = try JSONValue(parsing: Array(out.utf8))
    #expect(report["products"]?.int == 12 && report["queries_with_positive"]?.int == 6)
    let rankings = try #require(report["rankings"]?.array)
    #expect(rankings.count == 6 && rankings.allSatisfy { $0["by_query"]?.array?.count == 6 })
    #expect(rankings.last?["name"]?.string == "vitrine search")
    for metric in RelevanceMetric.allCases { #expect(rankings[5][metric.rawValue]?.double != nil, "\(metric)") }
    let steps = try #require(report["ablations"]?.array).map { $0["step"]?.string }
    #expect(steps == SearchStep.allCases.map(\.rawValue))
    #expect(report["against_plain"]?["paired"]?["pairs"]?.int == 6)
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("</html>"))
    #expect(!FileManager.default.fileExists(atPath: shop.folder.path + "/none"))

    let again = await shop.measure(
      ["evaluate", "relevance"], ["--ablate", "--json", "--seed", "7", "--at-least", "1.01"])
    #expect(again.code == .gateRefused && again.err.contains("and 1.01 was asked for"))
    let second = try JSONValue(parsing: Array(again.out.utf8))
    for path in ["against_plain", "ablations"] {
      #expect(Self.withoutTimes(report[path]) == Self.withoutTimes(second[path]), "\(path)")
    }
    let text = await shop.measure(["evaluate", "relevance"], ["--ablate"])
    #expect(text.code == .success && SearchStep.allCases.allSatisfy { text.out.contains($0.rawValue) })
  }

  private static func withoutTimes(_ value: JSONValue?) -> JSONValue? {
    switch value {
    case .array(let items): .array(items.compactMap(withoutTimes))
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { !$0.name.hasSuffix("_ms") }.map { .init($0.name, withoutTimes($0.value) ?? .null) }))
    default: value
    }
  }

  @Test("3: the page is escaped and complete") func page() throws {
    let hostile = #"<script>alert("x")</script><img src=x onerror='y'>&"#
    let query = Judgments.Query(text: hostile, ratings: [hostile: 3])
    func row(_ name: String, _ ranking: [String]) -> RelevanceReport.Row {
      .init(
        run: JudgedRun(name: name, answers: [.init(query: query, ranking: ranking)]), p50Milliseconds: 1,
        p99Milliseconds: 2, known: nil)
    }
    let (plain, shop) = (row("plain " + hostile, ["other"]), row("vitrine search", [hostile]))
    let comparison = try #require(RelevanceReport.Comparison(baseline: plain.run, candidate: shop.run, seed: 1))
    let report = RelevanceReport(
      judgmentsFile: "/tmp/" + hostile.replacing("/", with: ""), engine: .init(distribution: hostile, version: hostile),
      source: hostile,
      productCount: 2, queryCount: 1, queriesWithRelevant: 1, judgmentsWithoutProduct: 3, weights: .standard, seed: 1,
      plainRows: [plain], shopRow: shop, againstPlain: comparison,
      ablations: SearchStep.allCases.map { .init(step: $0, row: plain, comparison: comparison) },
      titles: [hostile: hostile, "other": hostile])
    let page = RelevancePage(report: report).text
    for raw in ["<script", "<img", "onerror='", "alert(\"", "http://", "https://", "src="] {
      #expect(!page.replacing("src=x onerror", with: "").contains(raw), "\(raw)")
    }
    #expect(page.contains("&lt;script&gt;"))
    for tag in ["table", "details", "section", "div", "svg", "ol", "li", "tr", "td", "th", "p", "text", "small", "b"] {
      let opened = page.ranges(of: "<\(tag)>").count + page.ranges(of: "<\(tag) ").count
      #expect(opened == page.ranges(of: "</\(tag)>").count && opened > 0, "\(tag)")
    }
    #expect(try JSONValue(parsing: report.json.bytes) == report.json)
  }

  @Test("4: tuning", .timeLimit(.minutes(10))) func tuning() async throws {
    let shop = try SmallShop()
    defer { shop.folder.remove() }
    let weights = shop.folder.path + "/weights.json"
    // Here the summary names the kind, and the title the purpose.
    let start = ["--search-weights", shop.folder.path + "/start.json"]
    try shop.write(#"{"weights":{"title":5,"summary":1}}"#, to: start[1])
    let tuned = await shop.measure(
      ["tune"], start + ["--folds", "3", "--seed", "2", "--hold", "brand,synonym", "--out", weights])
    #expect(tuned.code == .success, "\(tuned.err)")
    let file = try RankingWeightsFile(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: weights))))
    #expect(file.weights.title < 5 || file.weights.summary > 1)
    #expect((file.weights.brand, file.weights.synonym) == (1, 1), "held")
    for name in [
      "judgments", "judgments_sha256", "products", "engine", "version", "seed", "created_at", "held", "ndcg_10",
    ] {
      #expect(file.provenance[name] != nil, "\(name)")
    }
    #expect(file.provenance["folds"]?.array?.count == 3)

    // The search with these weights is as good as reported, and better than with the old ones.
    let (_, before, _) = await shop.measure(["evaluate", "relevance"], start + ["--json"])
    let (_, after, _) = await shop.measure(["evaluate", "relevance"], ["--json", "--search-weights", weights])
    func ndcg(_ report: String) throws -> Double {
      try #require(JSONValue(parsing: Array(report.utf8))["rankings"]?[5]?["ndcg_10"]?.double)
    }
    #expect(try ndcg(after) > ndcg(before))
    #expect(try ndcg(after) == file.provenance["ndcg_10"]?["on_its_own_queries"]?.double)
    let registry = MetricsRegistry()
    file.register(in: registry)
    #expect(
      registry.exposition().contains(
        #"vitrine_ranking_weights_info{fingerprint="\#(file.fingerprint)",name="judgments.csv"} 1"#))

    // From the result no further step is worth taking.
    let rest = await shop.measure(
      ["tune"],
      ["--folds", "3", "--seed", "2", "--hold", "brand,synonym", "--out", weights + ".2", "--search-weights", weights])
    #expect(rest.code == .gateRefused && rest.err.contains("the weights in force stand"))
    #expect(!FileManager.default.fileExists(atPath: weights + ".2"))
  }

  @Test("5: refused", .timeLimit(.minutes(5))) func refused() async throws {
    let shop = try SmallShop()
    defer { shop.folder.remove() }
    let weights = shop.folder.path + "/weights.json"
    var (code, _, err) = await shop.measure(["evaluate", "relevance"], ["--search-weights", weights])
    #expect(code == .validationFailure && err.contains("search.weights: the file '\(weights)' cannot be used"))
    try shop.write(#"{"weights":{"titel":2}}"#, to: weights)
    (code, _, err) = await shop.measure(["tune"], ["--search-weights", weights])
    #expect(code == .validationFailure && err.contains(#""titel" is not a weight"#))
    (code, _, err) = await shop.measure(["tune"], ["--folds", "4"])
    #expect(code == .failure && err.contains("6 queries with a product rated above 0 cannot be split into 4 folds"))
    (code, _, err) = await shop.measure(["tune"], ["--folds", "1"])
    #expect(code == .validationFailure && err.contains("--folds is at least 2"))
    (code, _, err) = await shop.measure(["tune"], ["--hold", "title,titel"])
    #expect(code == .validationFailure && err.contains(#"--hold: "titel" is not a weight; the weights are title, "#))
    try shop.write("query,product_id,rating\nlaptop,T1,0", to: shop.judgments)
    (code, _, err) = await shop.measure(["evaluate", "relevance"])
    #expect(code == .failure && err.contains("no query of the judgments has a product rated above 0"))
    try shop.write("query,product_id,rating\nlaptop,elsewhere,2", to: shop.judgments)
    (code, _, err) = await shop.measure(["evaluate", "relevance"])
    #expect(
      code == .failure
        && err.contains("none of the judged products is among the products that were loaded (12 of source"))
  }
}
