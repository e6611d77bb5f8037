internal import CCurl

/// The headers of our requests as libcurl's lists, made once.
final class CurlHeaders: @unchecked Sendable {  // Built in init, read afterwards.
  private typealias List = UnsafeMutablePointer<curl_slist>

  private let withoutBody: List?
  private let json: (plain: List?, compressed: List?)
  private let ndjson: (plain: List?, compressed: List?)

  init(credentials: ElasticsearchSettings.Credentials) {
    // "Expect:" without a value: a round trip before each large body costs more than it may save.
    var shared = ["Accept: application/json", "Expect:"]
    if case .apiKey(let key) = credentials { shared.append("Authorization: ApiKey \(key)") }
    func lists(_ type: String) -> (plain: List?, compressed: List?) {
      let lines = shared + ["Content-Type: \(type)"]
      return (Self.list(lines), Self.list(lines + ["Content-Encoding: gzip"]))
    }
    withoutBody = Self.list(shared)
    json = lists("application/json")
    ndjson = lists("application/x-ndjson")
  }

  deinit {
    for list in [withoutBody, json.plain, json.compressed, ndjson.plain, ndjson.compressed] {
      curl_slist_free_all(list)
    }
  }

  func list(for body: RequestBody?) -> UnsafeMutablePointer<curl_slist>? {
    guard let body else { return withoutBody }
    let lists = body.contentType == .json ? json : ndjson
    return body.isCompressed ? lists.compressed : lists.plain
  }

  private static func list(_ lines: [String]) -> List? { lines.reduce(nil) { curl_slist_append($0, $1) } }
}
