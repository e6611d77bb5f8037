// `vitrine evaluate understanding`. Properties proved here:
// 1. Precision, recall and F1 of a kind equal those counted by hand; open labels and categories above a labelled one
//    count neither way, alternatives once.
// 2. Seeds/labelled-queries.csv has at least 200 different queries, 40 of them without an entity, and its brands,
//    categories and colours are the seeded catalog's.
// 3. A recogniser that returns the labels has F1 1 in every kind, and one that returns nothing has recall 0.
// 4. The command prints a table and JSON, and refuses a file that lacks a column.
import Catalog
import Configuration
import Foundation
import JSON
import Seeding
import Testing
import Threading

@testable import Bootstrap
@testable import Evaluation
@testable import vitrine

@Suite struct RecognitionTests {
  private let file: String
  private let root: String

  init() throws {
    root =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    file = root + "/Seeds/labelled-queries.csv"
  }

  @Test("1: counted by hand") func counted() throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let path = folder.path + "/queries.csv"
    let text = """
      query,brand,category,colour,size,price
      red or blue acme shoes,Acme,Boots or Trainers,Red|Blue,,
      sand timer,,,,,
      oak table,,Tables,Oak?,,
      "27"" screen",,,,27 in,
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let evaluation = try RecognitionEvaluation(path: path, categories: [["Home", "Tables"], ["Home", "Chairs"]])
    let (scores, misses) = evaluation.measure { query in
      switch query {
      case "sand timer": [(.colour, "Sand")]
      case "oak table": [(.colour, "oak"), (.category, "Chairs"), (.category, "Home")]
      case #"27" screen"#: [(.size, "27in")]
      default: [(.brand, "ACME"), (.colour, "red"), (.category, "trainers"), (.category, "Boots")]
      }
    }
    #expect(scores[.brand] == .init(found: 1, missed: 0, wrong: 0))
    #expect(scores[.category] == .init(found: 1, missed: 1, wrong: 1))
    #expect(scores[.colour] == .init(found: 1, missed: 1, wrong: 1))
    #expect(scores[.size] == .init(found: 1, missed: 0, wrong: 0))
    #expect(scores[.price] == .init())
    let colour = try #require(scores[.colour])
    #expect(colour.precision == 0.5 && colour.recall == 0.5 && colour.f1 == 0.5)
    #expect(RecognitionEvaluation.Score(found: 3, missed: 1, wrong: 0).f1 == 2 * 0.75 / 1.75)
    #expect(misses.count == 3)
    #expect(misses.contains(.init(query: "oak table", kind: .category, missed: ["Tables"], wrong: ["chairs"])))
  }

  @Test("2: the labelled queries") func labelledQueries() throws {
    let queries = try RecognitionEvaluation(path: file, categories: []).queries
    #expect(queries.count >= 200 && Set(queries.map(\.text)).count == queries.count)
    #expect(queries.count { $0.labels.allSatisfy(\.isOpen) } >= 40)
    let products = try Seeding.handWrittenCatalog(directory: root + "/Seeds/catalog")
    let brands = Set(products.compactMap(\.brand))
    let categories = Set(products.flatMap(\.categories).flatMap(\.self))
    let options = products.flatMap { $0.attributes + $0.variants.flatMap(\.options) }
    let colours = Set(options.filter { $0.definition.code == "colour" }.flatMap(\.values).map(\.displayText))
    for query in queries {
      for label in query.labels {
        let known: Set<String>? =
          switch label.kind {
          case .brand: brands
          case .category: categories
          case .colour: colours
          case .size, .price: nil
          }
        for value in label.values {
          #expect(known?.contains(value) ?? true, "\(query.text): \(label.kind) \(value)")
        }
      }
    }
  }

  @Test("3: the labels themselves, and nothing") func bounds() throws {
    let evaluation = try RecognitionEvaluation(path: file, categories: [])
    let labels = Dictionary(uniqueKeysWithValues: evaluation.queries.map { ($0.text, $0.labels) })
    let (perfect, misses) = evaluation.measure { query in
      (labels[query] ?? []).map { (kind: $0.kind, value: $0.values[0]) }
    }
    let (silent, _) = evaluation.measure { _ in [] }
    for kind in EntityKind.allCases {
      #expect(perfect[kind]?.f1 == 1, "\(kind)")
      #expect(silent[kind]?.recall == 0 && silent[kind]?.f1 == 0, "\(kind)")
      #expect((perfect[kind]?.found ?? 0) >= 25, "\(kind)")
    }
    #expect(misses.isEmpty)
  }

  @Test("4: the command", .timeLimit(.minutes(5))) func command() async throws {
    func run(_ words: [String]) async -> (ExitCode, out: String, err: String) {
      let written = Guarded((out: "", err: ""))
      let terminal = Terminal(isInteractive: false) { text, isError in
        written.withLock { if isError { $0.err += text } else { $0.out += text } }
      }
      let code = await Vitrine.run(["evaluate", "understanding"] + words, environment: [:], terminal: terminal)
      let (out, err) = written.withLock { $0 }
      return (code, out, err)
    }
    var (code, out, err) = await run(["--queries", file, "--misses"])
    #expect(code == .success && EntityKind.allCases.allSatisfy { out.contains($0.rawValue) }, "\(err)")
    (code, out, err) = await run(["--queries", file, "--json"])
    let report = try JSONValue(parsing: Array(out.utf8))
    #expect(report["recognisers"]?[0]?["kinds"]?["colour"]?["f1"]?.double ?? 0 > 0.5)
    #expect(report["recognisers"]?[1]?["name"]?.string == "vitrine")
    (code, out, err) = await run(["--queries", root + "/Package.swift"])
    #expect(code == .failure && err.contains("the heading has no column query"))
  }
}
