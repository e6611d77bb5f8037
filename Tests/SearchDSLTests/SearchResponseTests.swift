// Properties proved here:
// 1. Answers of Elasticsearch 7 and 8 and OpenSearch 2 are read completely; ElasticsearchClientTests reads the real
//    servers' own.
// 2. An answer that lacks a part that the API promises is malformed, and the error names the missing part.
// 3. Errors of every form give type, reason and index: root cause, cause, a plain string, nothing.
// 4. Items of a bulk are read in order; an answer with another number of items, or with other items, is malformed.
import JSON
import SearchDSL
import Testing

@Suite struct SearchResponseTests {
  private func response(_ json: String, _ request: SearchRequest = SearchRequest()) throws -> SearchResponse {
    try JSONParser().withDocument(Array(json.utf8)) { try SearchResponse(answer: $0, to: request) }
  }

  @Test("1. totals, scores and sort values") func hits() throws {
    let read = try response(
      #"""
      {"took":3,"timed_out":true,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},
      "hits":{"total":{"value":10000,"relation":"gte"},"max_score":null,"hits":[
      {"_index":"i","_type":"_doc","_id":"1","_version":9007199254740993,"_score":null,"_source":{"a":[1,{"b":null}]},
       "fields":{"g":[4995.0,true,"x"]},"highlight":{"t":["<em>a</em>"]},
       "sort":[1.5,9223372036854775807,"Infinity",null,"x"]}]}}
      """#)
    #expect(read.tookMilliseconds == 3 && read.isTimedOut && read.maxScore == nil)
    #expect(read.total == TotalHits(value: 10_000, isExact: false))
    let hit = try #require(read.hits.first)
    #expect(hit.score == nil && hit.version == 9_007_199_254_740_993)
    #expect(hit.source == ["a": [1, ["b": nil]]])
    #expect(hit.sort == [.double(1.5), .int(.max), .string("Infinity"), .null, .string("x")])
    #expect(hit.fields == ["g": [4995.0, true, "x"]] && hit.highlight == ["t": ["<em>a</em>"]])
    let untracked = try response(#"{"took":1,"hits":{"max_score":1.25,"hits":[]}}"#)
    #expect(untracked.total == nil && untracked.maxScore == 1.25)
    #expect(try response(#"{"hits":{"total":7,"hits":[]}}"#).total == TotalHits(value: 7, isExact: true))
  }

  @Test(
    "2. malformed answers",
    arguments: [
      (#"{}"#, "no hits"), (#"{"hits":{"hits":5}}"#, "not an array"), (#"{"hits":{"hits":[{"_id":"1"}]}}"#, "_index"),
      (#"{"hits":{"total":{"value":1},"hits":[]}}"#, "relation"),
      (#"{"hits":{"hits":[]}}"#, "aggregation brands has no result"),
      (#"{"hits":{"hits":[]},"aggregations":{"brands":{}}}"#, "no buckets"),
      (#"{"hits":{"hits":[]},"aggregations":{"brands":{"buckets":[{"key":"a"}]}}}"#, "doc_count"),
      (#"{"hits":{"hits":[]},"aggregations":{"brands":{"buckets":[]}},"suggest":{"s":[{}]}}"#, "no text"),
    ])
  func malformed(json: String, reason: String) {
    let request = SearchRequest(
      aggregations: [NamedAggregation("brands", Aggregation(.terms(TermsAggregation(field: "brand"))))])
    #expect {
      try response(json, request)
    } throws: { error in
      guard case .malformedAnswer(let told) = error as? SearchEngineError else { return false }
      #expect(told.contains(reason), "\(told)")
      return true
    }
  }

  @Test(
    "3. errors",
    arguments: [
      (
        400,
        #"""
        {"error":{"root_cause":[{"type":"query_shard_exception","reason":"No mapping found","index":"i"}],
        "type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}
        """#,
        SearchEngineError.refused(status: 400, type: "query_shard_exception", reason: "No mapping found", index: "i")
      ),
      (
        400,
        #"""
        {"error":{"root_cause":[{"type":"x","reason":"failed to parse"}],"type":"x","reason":"failed to parse",
        "caused_by":{"type":"y","reason":"no number"}}}
        """#,
        .refused(status: 400, type: "x", reason: "failed to parse: no number", index: nil)
      ),
      (
        404, #"{"error":"alias [x] missing","status":404}"#,
        .refused(status: 404, type: "error", reason: "alias [x] missing", index: nil)
      ),
      (
        404,
        #"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [p]","index":"p"}]}}"#,
        .indexNotFound("p")
      ),
      (503, #"{"error":{"type":"t","reason":"r"}}"#, .unavailable(reason: "503 t: r")),
      (
        500, #"{"error":{"root_cause":[{"type":"node_disconnected_exception","reason":"[n] disconnected"}]}}"#,
        .unavailable(reason: "500 node_disconnected_exception: [n] disconnected")
      ),
      (
        500,
        #"""
        {"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed",
        "caused_by":{"type":"remote_transport_exception","reason":"[n]",
        "caused_by":{"type":"node_not_connected_exception","reason":"[n] Node not connected"}}}}
        """#, .unavailable(reason: "500 search_phase_execution_exception: all shards failed: [n]")
      ),
      (
        500,
        #"""
        {"error":{"root_cause":[{"type":"exception","reason":
        "java.util.concurrent.ExecutionException: NodeNotConnectedException[[n] Node not connected]"}]}}
        """#,
        .unavailable(
          reason:
            "500 exception: java.util.concurrent.ExecutionException: NodeNotConnectedException[[n] Node not connected]")
      ),
      (
        500,
        #"""
        {"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"partial","failed_shards":[
        {"shard":0,"reason":{"type":"no_shard_available_action_exception","reason":"no copy"}}]}}
        """#, .unavailable(reason: "500 search_phase_execution_exception: partial")
      ),
      (
        500, #"{"error":{"type":"null_pointer_exception","reason":"x","caused_by":{"type":"y","reason":"z"}}}"#,
        .refused(status: 500, type: "null_pointer_exception", reason: "x: z", index: nil)
      ), (500, "{}", .refused(status: 500, type: "unknown", reason: "the server gave no reason", index: nil)),
    ])
  func errors(status: Int, json: String, expected: SearchEngineError) throws {
    let error = try JSONParser().withDocument(Array(json.utf8)) { SearchEngineError(status: status, answer: $0) }
    #expect(error == expected)
  }

  @Test("4. bulk items") func bulk() throws {
    let operations = [
      BulkOperation(id: "a", externalVersion: 3, action: .index(source: [])),
      BulkOperation(id: "b", externalVersion: 3, action: .delete),
    ]
    func read(_ items: String) throws -> BulkResponse {
      try JSONParser().withDocument(Array(#"{"took":8,"errors":true,"items":[\#(items)]}"#.utf8)) {
        try BulkResponse(answer: $0, to: operations)
      }
    }
    let first = #"{"index":{"_index":"i","_id":"a","_version":3,"result":"created","status":201}}"#
    let refused = #"""
      {"delete":{"_index":"i","_id":"b","status":400,"error":{"type":"mapper_parsing_exception","reason":"failed",
      "caused_by":{"type":"illegal_argument_exception","reason":"For input string"}}}}
      """#
    #expect(
      try read(first + "," + refused)
        == BulkResponse(
          tookMilliseconds: 8,
          items: [
            .init(id: "a", status: 201, version: 3),
            .init(
              id: "b", status: 400,
              error: .init(type: "mapper_parsing_exception", reason: "failed: For input string")),
          ]))
    #expect(throws: SearchEngineError.self) { try read(first) }
    #expect(throws: SearchEngineError.self) { try read(refused + "," + first) }
    #expect(throws: SearchEngineError.self) { try read(first + ",{}") }
  }
}
