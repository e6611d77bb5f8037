// Model files. What is proved:
// 1. Every model comes back equal, with its provenance, through bytes and through a file.
// 2. A file that is cut at any length is refused with a reason.
// 3. A file with any byte of its contents changed is refused.
// 4. Arrays that do not fit together are refused, each with its name; so are a later format and other files.

import Foundation
import Recommending
import TestSupport
import Testing

@Suite struct ModelFileTests {
  private static let provenance = ModelFile.Provenance(
    kind: "recommender", dataDigest: "abc", codeVersion: "0.1", seed: .max, trainedSeconds: 1_764_500_000,
    metrics: ["recall_20": 0.25, "ndcg_20": 0.125])

  private static let content = ContentModel([
    ProductText(categories: ["Shoes"], brand: "Zoom", description: "running shoe, größe 42", tags: []),
    ProductText(categories: ["Shoes"], brand: nil, description: "leather boot", tags: ["new"]),
  ])
  private static let weights = ItemKNN.fit(GeneratedInteractions.heldOut.train, options: .init(neighbours: 5))
  private static let als = ImplicitALS(
    GeneratedInteractions.heldOut.train, options: .init(factors: 3, regularization: 1, alpha: 2))
  private static let popularity = Popularity(GeneratedInteractions.heldOut.train)

  private static let file: ModelFile = {
    var arrays: [String: ModelFile.Values] = ["item_ids": .texts(["a", "", "ünï"])]
    for part in [
      content.arrays(prefix: "content"), weights.arrays(prefix: "knn"), als.arrays(prefix: "als"),
      popularity.arrays(prefix: "popularity"),
    ] {
      arrays.merge(part) { first, _ in first }
    }
    return ModelFile(provenance: provenance, arrays: arrays)
  }()

  private func read(_ bytes: [UInt8]) throws -> ModelFile {
    try bytes.withUnsafeBytes { try ModelFile(bytes: $0) }
  }

  @Test("1: there and back")
  func roundTrip() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("model-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Self.file.write(to: path)
    for file in [try read(Self.file.bytes), try ModelFile(path: path)] {
      #expect(file == Self.file && file.provenance == Self.provenance)
      #expect(try file.texts("item_ids") == ["a", "", "ünï"])
      #expect(try ContentModel(file, prefix: "content") == Self.content)
      #expect(try ItemWeights(file, prefix: "knn") == Self.weights)
      #expect(try Popularity(file, prefix: "popularity") == Self.popularity)
      let als = try ImplicitALS(file, prefix: "als")
      let history = History(GeneratedInteractions.heldOut.train, user: 3)
      #expect(als.foldIn(history) == Self.als.foldIn(history))
    }
  }

  private static let small = ModelFile(
    provenance: provenance,
    arrays: ["a": .floats([1, 2]), "b": .int32s([3]), "c": .int64s([4]), "d": .texts(["five"])])

  @Test("2: cut files")
  func cut() throws {
    let bytes = Self.small.bytes
    for count in 0..<bytes.count {
      let fault = try #require(throws: ModelFile.Fault.self) { try read(Array(bytes.prefix(count))) }
      #expect(fault.description.hasPrefix("model file refused: it "), "\(count): \(fault)")
    }
    #expect(throws: ModelFile.Fault.self) { try read(bytes + [0]) }
    #expect(throws: (any Error).self) { try ModelFile(path: "/nowhere/model") }
  }

  @Test("3: damaged files")
  func damaged() throws {
    let bytes = Self.small.bytes
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x10
      // The zeros that fill a block up carry nothing.
      guard let file = try? read(changed) else { continue }
      #expect(file == Self.small && bytes[place] == 0, "byte \(place)")
    }
    var random = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      let noise = (0..<Int.random(in: 0..<400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(throws: ModelFile.Fault.self) { try read(Array("VITRINEM".utf8) + noise) }
    }
  }

  @Test("4: what does not fit together")
  func misfits() throws {
    func file(_ changes: [String: ModelFile.Values?]) -> ModelFile {
      var file = Self.file
      for (name, values) in changes { file.arrays[name] = values }
      return file
    }
    let weights: [(String, ModelFile.Values?)] = [
      ("knn.offsets", .int64s([])), ("knn.offsets", .int64s([0, 5, 3])), ("knn.offsets", nil),
      ("knn.columns", .int32s([99])), ("knn.columns", .int64s([1])), ("knn.values", .floats([.nan])),
      ("knn.values", .floats([])),
    ]
    for (name, values) in weights {
      let fault = try #require(throws: ModelFile.Fault.self) { try ItemWeights(file([name: values]), prefix: "knn") }
      #expect(fault.description.contains("knn"))
    }
    for (name, values) in [
      ("als.factors", .int64s([0])), ("als.factors", .int64s([7])), ("als.factors", .int64s([1 << 40])),
      ("als.options", .floats([1])), ("als.options", .floats([-1, 1])), ("als.users", nil),
    ] as [(String, ModelFile.Values?)] {
      #expect(throws: ModelFile.Fault.self) { try ImplicitALS(file([name: values]), prefix: "als") }
    }
    #expect(throws: ModelFile.Fault.self) { try ContentModel(file(["content.idf": .floats([1])]), prefix: "content") }
    var later = Self.small.bytes
    later[8] = 2
    let fault = try #require(throws: ModelFile.Fault.self) { try read(later) }
    #expect(fault.description.contains("format 2"))
  }
}
