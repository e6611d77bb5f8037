// 1. Terms are in byte order, whatever their bytes and however long their common beginnings.
// 2. A text cut into remembered words is indexed as its analyzer says: each term finds its documents, and a phrase
//    finds the documents that contain its words in a row (random texts, compared with the analyzer itself).
// 3. A normalizer's shortcut for ASCII gives the same result as its filters, one after the other.
// 4. A refused document leaves neither a term nor a value in another document's columns.
// 5. Merged segments hold the written documents in order, without those deleted before or during the merge; shared and
//    copied sources come back unchanged.
// 6. A background merge leaves the index's content unchanged, and searches continue meanwhile.
import JSON
import SearchDSL
import TestSupport
import Testing

@testable import SearchNode

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite struct SegmentWritingTests {
  // MARK: Terms

  @Test("1: random terms of few letters, and long ones that begin alike", arguments: [1, 2, 3] as [UInt64])
  func termOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = TermTable()
    var terms: Set<[UInt8]> = [[]]
    for _ in 0..<3_000 {
      let prefix = [UInt8](repeating: 7, count: [0, 0, 8, 20, 200].randomElement(using: &random)!)
      // The shorter of two terms is padded with zeros, so a zero at the end is the hard case.
      let letters: [UInt8] = [0, 0, 1, 0x7F, 0xFF]
      terms.insert(
        prefix + (0..<Int.random(in: 0...12, using: &random)).map { _ in letters.randomElement(using: &random)! })
    }
    for term in terms.shuffled(using: &random) { _ = term.withUnsafeBufferPointer { table.insert($0) } }
    #expect(table.count == terms.count, "seed \(seed)")
    let sorted = table.sortedNumbers().map { table.withTerm(Int($0)) { Array($0) } }
    #expect(sorted == terms.sorted { $0.lexicographicallyPrecedes($1) }, "seed \(seed)")
  }

  // MARK: Analysis

  private static let analysis: JSONValue = [
    "analysis": [
      "char_filter": ["marks": ["type": "pattern_replace", "pattern": "[^\\p{L}\\p{N}]+", "replacement": ""]],
      "filter": ["word_starts": ["type": "edge_ngram", "min_gram": 2, "max_gram": 5]],
      "analyzer": [
        "stemmed": ["tokenizer": "standard", "filter": ["lowercase", "asciifolding", "porter_stem"]],
        "starts": ["tokenizer": "standard", "filter": ["lowercase", "word_starts"]],
      ],
      "normalizer": [
        "code": ["type": "custom", "char_filter": ["marks"], "filter": ["lowercase", "asciifolding"]],
        "upper": ["type": "custom", "filter": ["uppercase", "trim"]],
      ],
    ]
  ]

  private static let texts: JSONValue = [
    "properties": [
      "text": [
        "type": "text", "analyzer": "stemmed",
        "fields": [
          "starts": ["type": "text", "analyzer": "starts"], "plain": ["type": "text", "analyzer": "standard"],
        ],
      ]
    ]
  ]

  @Test("2: each term and each phrase finds its documents", arguments: [1, 2] as [UInt64])
  func words(seed: UInt64) async throws {
    var random = RandomText(seed: seed)
    let node = SearchNode()
    try await node.createIndex("texts", body: ["settings": Self.analysis, "mappings": Self.texts], deadline: deadline)
    let texts = (0..<60).map { _ in [random.text(), random.text()] }
    let operations = texts.enumerated().map { number, values in
      BulkOperation(
        id: "\(number)", externalVersion: nil,
        action: .index(source: JSONValue.object(["text": .array(values.map { .string($0) })]).bytes))
    }
    #expect(!(try await node.bulk(operations, to: "texts", refresh: true, deadline: deadline).hasErrors))
    let registry = try AnalysisRegistry(settings: Self.analysis)
    for (field, name) in [("text", "stemmed"), ("text.starts", "starts"), ("text.plain", "standard")] {
      let analyzer = try registry.analyzer(named: name)
      let terms = texts.map { $0.map { analyzer.terms(of: $0) } }
      for term in Set(terms.joined().joined()) {
        let found = try node.search(
          SearchRequest(query: .term(field: field, value: .string(term)), size: 100), in: "texts")
        let expected = terms.indices.filter { terms[$0].contains { $0.contains(term) } }
        #expect(Set(found.hits.map(\.id)) == Set(expected.map(String.init)), "seed \(seed), \(field): \(term)")
      }
    }
    let plain = try registry.analyzer(named: "standard")
    for (number, values) in texts.enumerated() {
      for value in values where plain.terms(of: value).count > 1 {
        let found = try node.search(
          SearchRequest(query: .matchPhrase(MatchPhraseQuery(field: "text.plain", query: value)), size: 100),
          in: "texts")
        #expect(found.hits.contains { $0.id == "\(number)" }, "seed \(seed): \(value)")
      }
    }
  }

  @Test("3: normalizers", arguments: [1, 2] as [UInt64])
  func normalizers(seed: UInt64) throws {
    var random = RandomText(seed: seed)
    let registry = try AnalysisRegistry(settings: Self.analysis)
    var buffer = TokenBuffer()
    for name in ["code", "upper", "lowercase"] {
      let normalizer = try registry.normalizer(named: name)
      for text in (0..<200).map({ _ in random.text() }) + ["", " ", "A-b/C 12", "É-b"] {
        let short = Array(text.utf8).withUnsafeBufferPointer {
          normalizer.normalize($0, using: &buffer) { String(decoding: $0, as: UTF8.self) }
        }
        #expect(short == normalizer.normalize(text), "seed \(seed), \(name): \(text)")
      }
    }
  }

  // MARK: Documents

  private static func product(_ id: Int, _ members: JSONValue) -> BulkOperation {
    BulkOperation(id: "\(id)", externalVersion: nil, action: .index(source: members.bytes))
  }

  @Test("4: a refused document between two others")
  func refused() async throws {
    let node = SearchNode()
    let mappings: JSONValue = [
      "properties": ["brand": ["type": "keyword"], "title": ["type": "text"], "price": ["type": "long"]]
    ]
    try await node.createIndex("products", body: ["mappings": mappings], deadline: deadline)
    let response = try await node.bulk(
      [
        Self.product(1, ["brand": "Acme", "title": "red lamp", "price": 7]),
        Self.product(2, ["brand": "Aaa", "title": "blue lamp", "price": "cheap"]),
        Self.product(3, ["brand": "Zenith", "title": "green lamp", "price": 9]),
      ], to: "products", refresh: true, deadline: deadline)
    #expect(response.items.map(\.status) == [201, 400, 201])
    let terms = Aggregation(.terms(TermsAggregation(field: "brand", order: .keyAscending)))
    let found = try node.search(
      SearchRequest(query: .matchAll(), size: 10, aggregations: [NamedAggregation("brands", terms)]), in: "products")
    #expect(found.hits.map(\.id) == ["1", "3"])
    guard case .buckets(let brands)? = found.aggregations["brands"] else {
      Issue.record("no brands were counted")
      return
    }
    #expect(brands.buckets.map(\.documentCount) == [1, 1])
    for (query, id) in [("Acme", "1"), ("Zenith", "3")] {
      let one = try node.search(
        SearchRequest(query: .term(field: "brand", value: .string(query))), in: "products")
      #expect(one.hits.map(\.id) == [id])
    }
    let blue = try node.search(SearchRequest(query: .match(MatchQuery(field: "title", query: "blue"))), in: "products")
    #expect(blue.hits.isEmpty)
  }

  // MARK: Merging

  /// A text of such a length that 40 of them make a chunk large enough to share.
  private static func source(_ number: Int, version: Int64) -> [UInt8] {
    let filling = String(repeating: "abcdefg ", count: number % 3 == 0 ? 4_000 : 3)
    return JSONValue.object([
      "word": .string("all w\(number % 17) w\(number % 5)"), "key": .string("k\(number % 11)"),
      "number": .int(Int64(number) * 3), "version": .int(version), "filling": .string(filling),
    ]).bytes
  }

  private static func writer() throws -> IndexWriter {
    IndexWriter(
      mapping: try Mapping(
        mappings: [
          "properties": [
            "word": ["type": "text"], "key": ["type": "keyword"], "number": ["type": "long"],
            "version": ["type": "long"], "filling": ["type": "text", "index": false],
          ]
        ], settings: [:]))
  }

  @Test("5: merged by hand, with deletes before and between", arguments: [1, 2] as [UInt64])
  func merged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var writer = try Self.writer()
    // Versions rise with each write, so that they give the order of the index as well.
    var model: [Int: Int64] = [:]
    var version: Int64 = 0
    func write(_ id: Int, _ writer: inout IndexWriter) {
      // Higher than the version to which deleting an older version counted.
      version += 10
      let operation = BulkOperation(
        id: "\(id)", externalVersion: version, action: .index(source: Self.source(id, version: version)))
      let item = writer.apply(operation)
      #expect(item.error == nil)
      model[id] = version
    }
    func delete(_ id: Int, _ writer: inout IndexWriter) {
      _ = writer.apply(BulkOperation(id: "\(id)", externalVersion: nil, action: .delete))
      model[id] = nil
    }
    // Eight segments, each larger than the lowest tier: together too many documents for a refresh to merge.
    let size = MergePolicy.smallestTier + 100
    for segment in 0..<MergePolicy.segmentsPerTier {
      for number in 0..<size { write(segment * size + number, &writer) }
      for _ in 0..<20 where segment > 0 {
        delete(Int.random(in: 0..<segment * size, using: &random), &writer)
        write(Int.random(in: 0..<segment * size, using: &random), &writer)
      }
      _ = writer.refresh()
    }
    let begun = writer.beginMerge()
    let merger = try #require(begun, "seed \(seed)")
    let second = writer.beginMerge()
    #expect(second == nil, "one at a time")
    let segment = merger.merge()
    for _ in 0..<50 {
      delete(Int.random(in: 0..<size * 8, using: &random), &writer)
      write(Int.random(in: 0..<size * 8, using: &random), &writer)
    }
    let early = writer.endMerge(merger, segment)
    #expect(early == nil, "what was written since is shown by the next refresh")
    let snapshot = writer.refresh()
    #expect(snapshot.readers.count <= 2 && snapshot.liveCount == model.count, "seed \(seed)")
    try check(snapshot, model.map { ($0.key, $0.value) }.sorted { $0.1 < $1.1 }, "seed \(seed)")
  }

  private func check(_ snapshot: Snapshot, _ model: [(id: Int, version: Int64)], _ place: Comment) throws {
    var found: [(id: Int, version: Int64)] = []
    for reader in snapshot.readers {
      let stored = reader.segment.stored
      for document in 0..<Int32(reader.segment.documentCount) where reader.live?[Int(document)] ?? true {
        let id = try #require(Int(stored.id(document)))
        let version = stored.versions[Int(document)]
        found.append((id, version))
        #expect(stored.source(document).elementsEqual(Self.source(id, version: version)), place)
        let number = try #require(reader.segment.fields["number"]?.numbers)
        #expect(number.range(document).map { number.values[$0] } == [Int64(id) * 3], place)
        let (key, ordinals) = (
          try #require(reader.segment.fields["key"]?.inverted), try #require(reader.segment.fields["key"]?.ordinals)
        )
        #expect(ordinals.range(document).map { key.termString(Int(ordinals.ordinals[$0])) } == ["k\(id % 11)"], place)
      }
    }
    #expect(found.map(\.id) == model.map(\.id) && found.map(\.version) == model.map(\.version), place)
    for word in 0..<17 {
      var documents: [Int] = []
      for reader in snapshot.readers {
        let field = try #require(reader.segment.fields["word"]?.inverted)
        guard let ordinal = field.ordinal(of: Array("w\(word)".utf8)) else { continue }
        let cursor = PostingsCursor(field, ordinal: ordinal)
        var positions: [Int32] = []
        while cursor.next() != PostingsCursor.end {
          guard reader.live?[Int(cursor.document)] ?? true else { continue }
          let id = try #require(Int(reader.segment.stored.id(cursor.document)))
          documents.append(id)
          cursor.readPositions(into: &positions)
          let expected = [id % 17, id % 5].enumerated().filter { $0.element == word }.map { Int32($0.offset + 1) }
          #expect(positions == expected && Int(cursor.frequency) == expected.count, place)
        }
      }
      #expect(documents == model.map(\.id).filter { $0 % 17 == word || $0 % 5 == word }, place)
    }
  }

  @Test("6: merged by the node itself", .timeLimit(.minutes(2)))
  func mergedBeside() async throws {
    let node = SearchNode()
    try await node.createIndex("products", body: ["mappings": ["dynamic": true]], deadline: deadline)
    let size = MergePolicy.smallestTier + 10
    var sawMerge = false
    for segment in 0..<2 * MergePolicy.segmentsPerTier {
      let operations = (0..<size).map { number in
        BulkOperation(
          id: "\(segment * size + number)", externalVersion: 1,
          action: .index(source: JSONValue.object(["word": "all", "number": .int(Int64(number))]).bytes))
      }
      let response = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
      #expect(!response.hasErrors)
      sawMerge = try sawMerge || node.isMerging("products")
      let count = try await node.count(
        .match(MatchQuery(field: "word", query: "all")), in: "products", deadline: deadline)
      #expect(count == (segment + 1) * size)
    }
    #expect(sawMerge)
    while try node.isMerging("products") { await Task.yield() }
    let count = try await node.count(
      .match(MatchQuery(field: "word", query: "all")), in: "products", deadline: deadline)
    #expect(count == 2 * MergePolicy.segmentsPerTier * size)
    let last = try await node.get(id: "0", from: "products", deadline: deadline)
    #expect(last?.source?["number"] == 0)
  }
}
