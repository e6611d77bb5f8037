// Properties proved here:
// 1. A body at or above the threshold is sent compressed, with a header that says so, and unpacks to the same bytes. A
//    smaller body, one that compression hardly shrinks, and every body without a threshold is sent unchanged.
// 2. A retry sends a compressed body again.
// 3. Each real server accepts compressed bulk and search requests.
// 4. A bulk requests only the parts of each item that are read, and reads an answer with nothing else.
import JSON
import LocalServices
import SearchDSL
import Testing

@testable import ElasticsearchClient

@Suite struct CompressionTests {
  private static let documents = (0..<200).map {
    BulkOperation(
      id: "\($0)", externalVersion: 1,
      action: .index(source: JSONValue.object(["title": .string("red leather shoes number \($0)")]).bytes))
  }

  @Test("1. bodies that are compressed", arguments: [(1_000, true), (1_000_000, false), (nil, false)])
  func threshold(bytes: Int?, isCompressed: Bool) async throws {
    let server = try ScriptedServer { _, _ in .json("{}") }
    defer { server.stop() }
    let client = try client([server]) { $0.compressionThresholdBytes = bytes }
    // The answer does not matter; the request does.
    _ = try? await client.bulk(Self.documents, to: "i", refresh: false, deadline: .now + ample)
    _ = try? await client.ask()
    let arrivals = server.arrivals
    try #require(arrivals.count == 2)
    #expect(arrivals[0].head.contains("Content-Encoding: gzip") == isCompressed)
    #expect(arrivals[0].head.contains("Content-Type: application/x-ndjson"))
    let sent = isCompressed ? GzipSamples.unpacked(arrivals[0].body) : arrivals[0].body
    #expect(sent == Self.documents.ndjson)
    if isCompressed { #expect(arrivals[0].body.count < Self.documents.ndjson.count / 4) }
    #expect(!arrivals[1].head.contains("Content-Encoding"))
    #expect(String(decoding: arrivals[1].body, as: UTF8.self) == #"{"query":{"match_all":{}}}"#)
  }

  @Test("1. noise is sent unchanged") func noise() {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let body = RequestBody(noise, contentType: .json, compressedFrom: 1)
    #expect(!body.isCompressed && Array(body.bytes) == noise)
    for count in [0, 1, 9] {
      let body = RequestBody(Array(repeating: 32, count: count), contentType: .json, compressedFrom: 0)
      #expect(!body.isCompressed && body.bytes.count == count)
    }
  }

  @Test("2. retries") func retries() async throws {
    let server = try ScriptedServer { number, _ in
      number == 0 ? .html("", status: 503) : .json(#"{"items":[{"index":{"_id":"0","status":201}}]}"#)
    }
    defer { server.stop() }
    let client = try client([server]) { $0.compressionThresholdBytes = 0 }
    let source = JSONValue.object(["title": .string(String(repeating: "red ", count: 100))]).bytes
    let operation = BulkOperation(id: "0", externalVersion: nil, action: .index(source: source))
    _ = try await client.bulk([operation], to: "i", refresh: false, deadline: .now + ample)
    let bodies = server.arrivals.map(\.body)
    #expect(bodies.count == 2 && bodies[0] == bodies[1] && GzipSamples.unpacked(bodies[1]) == [operation].ndjson)
  }

  @Test("4. the parts of a bulk's answer") func partsOfAnswer() async throws {
    let server = try ScriptedServer { _, _ in
      .json(
        #"""
        {"took":3,"items":[{"index":{"_id":"0","_version":4,"status":201}},{"delete":{"_id":"1","status":429,
        "error":{"type":"busy","reason":"later"}}}]}
        """#)
    }
    defer { server.stop() }
    let client = try client([server]) { _ in }
    let operations = [
      BulkOperation(id: "0", externalVersion: 4, action: .index(source: Array("{}".utf8))),
      BulkOperation(id: "1", externalVersion: 2, action: .delete),
    ]
    let response = try await client.bulk(operations, to: "i", refresh: false, deadline: .now + ample)
    let items: [BulkResponse.Item] = [
      .init(id: "0", status: 201, version: 4),
      .init(id: "1", status: 429, error: .init(type: "busy", reason: "later")),
    ]
    #expect(response == BulkResponse(tookMilliseconds: 3, items: items))
    let parts = "took,error,status,items.*._id,items.*.status,items.*._version,items.*.error"
    #expect(server.arrivals[0].head.hasPrefix("POST /i/_bulk?refresh=false&filter_path=\(parts) HTTP/1.1\r\n"))
  }

  @Test(
    "3. on each server", .enabled(if: LocalSearchServer.absence == nil, "no real search server here"),
    arguments: LocalSearchServer.Kind.allCases)
  func realServers(kind: LocalSearchServer.Kind) async throws {
    try await TestServers.withClient(of: kind, { $0.compressionThresholdBytes = 0 }) { client in
      let index = "client-compressed"
      try await client.createIndex(
        index, body: ["settings": ["number_of_replicas": 0]], deadline: .now + .seconds(60))
      let response = try await client.bulk(Self.documents, to: index, refresh: true, deadline: .now + .seconds(60))
      #expect(!response.hasErrors)
      let words = String(repeating: "leather ", count: 50)
      let found = try await client.search(
        SearchRequest(query: .match(MatchQuery(field: "title", query: words)), trackTotalHits: .exact), in: index,
        deadline: .now + .seconds(60))
      #expect(found.total?.value == Self.documents.count)
    }
  }
}
