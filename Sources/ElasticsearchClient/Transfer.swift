internal import CCurl
internal import Synchronization

/// What is asked of a node.
struct TransportRequest: Sendable {
  var method: String
  var address: String
  var path: String
  var body: RequestBody?
  var connectTimeout: Duration
  /// Over a kept connection that has ended meanwhile, libcurl sends again by itself, whatever the request does.
  var needsNewConnection: Bool
}

/// What a node answered: any status.
struct TransportAnswer: Sendable {
  var address: String
  var status: Int
  var contentType: String?
  var retryAfter: Duration
  var body: [UInt8]
}

/// Why there is no answer.
enum TransportFailure: Error, Sendable, Equatable {
  /// Nothing was sent.
  case notConnected(String)
  /// The connection ended before a byte of an answer came; the server may have acted.
  case notAnswered(String)
  /// The connection ended before the answer did.
  case cutShort(String)
  case notHTTP(String)
  case badEncoding(String)
  case headTooLarge(limitBytes: Int)
  case tooLarge(limitBytes: Int)
  /// `wasSent` is false for a request that waited for a connection until then.
  case deadlineExceeded(wasSent: Bool)
  case cancelled
  case queueFull(limit: Int)
  case closed
}

typealias TransportResult = Result<TransportAnswer, TransportFailure>

/// One request on its way. After it was submitted, the event loop's thread alone touches its variables.
final class Transfer: @unchecked Sendable {  // See above; `isCancelled` is atomic.
  let request: TransportRequest
  let deadline: ContinuousClock.Instant
  let maximumAnswerBytes: Int
  let isCancelled = Atomic(false)

  /// Heads of search servers are a few hundred bytes; libcurl's own bound depends on its version.
  private static let maximumHeadBytes = 64 << 10

  var continuation: CheckedContinuation<TransportResult, Never>?
  var handle: UnsafeMutableRawPointer?
  private var body: [UInt8] = []
  private var headBytes = 0
  private var isTooLarge = false
  /// libcurl writes the detail of an error here.
  let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(_ request: TransportRequest, deadline: ContinuousClock.Instant, maximumAnswerBytes: Int) {
    self.request = request
    self.deadline = deadline
    self.maximumAnswerBytes = maximumAnswerBytes
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { errorText.deallocate() }

  func finish(_ result: TransportResult) {
    continuation?.resume(returning: result)
    continuation = nil
  }

  /// Takes a piece of the answer; false when it grew too large.
  func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard body.count + piece.count <= maximumAnswerBytes else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: piece)
    return true
  }

  /// Takes a line of a head, also of one that only says that the answer is to come; false when they grew too large.
  func receiveHead(byteCount: Int) -> Bool {
    headBytes += byteCount
    return headBytes <= Self.maximumHeadBytes
  }

  /// What libcurl's result means.
  func result(_ code: CURLcode) -> TransportResult {
    guard code == CURLE_OK, let handle else { return .failure(failure(code)) }
    var status = 0
    var retryAfterSeconds: curl_off_t = 0
    var contentType: UnsafePointer<CChar>?
    vitrine_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    vitrine_curl_get_size(handle, CURLINFO_RETRY_AFTER, &retryAfterSeconds)
    vitrine_curl_get_string(handle, CURLINFO_CONTENT_TYPE, &contentType)
    return .success(
      TransportAnswer(
        address: request.address, status: status, contentType: contentType.map { String(cString: $0) },
        retryAfter: .seconds(Int(retryAfterSeconds)), body: body))
  }

  private func failure(_ code: CURLcode) -> TransportFailure {
    if isTooLarge { return .tooLarge(limitBytes: maximumAnswerBytes) }
    if headBytes > Self.maximumHeadBytes { return .headTooLarge(limitBytes: Self.maximumHeadBytes) }
    let detail = String(cString: errorText)
    let reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    switch code {
    case CURLE_OUT_OF_MEMORY, vitrine_curle_too_large:
      // libcurl's words for a single line of a head beyond its own bound.
      return .headTooLarge(limitBytes: Int(CURL_MAX_HTTP_HEADER))
    case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR: return .badEncoding(reason)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .notHTTP(reason)
    case CURLE_PEER_FAILED_VERIFICATION:
      return .notConnected("its certificate is not trusted: \(reason); search.caFile names who signed it")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,
      CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_URL_MALFORMAT:
      return .notConnected(reason + certificateAdvice)
    default:
      guard headBytes == 0 else { return .cutShort(reason) }
      return isAboutCertificates(reason)
        ? .notConnected(reason + certificateAdvice) : .notAnswered(reason + certificateAdvice)
    }
  }

  /// With TLS 1.3 a server refuses our certificate, or that there is none, when it should answer; it has read nothing of
  /// the request then. OpenSSL's words for the alerts of RFC 8446 section 6.2.
  private func isAboutCertificates(_ reason: String) -> Bool {
    reason.contains("alert certificate") || reason.contains("alert bad certificate")
      || reason.contains("alert unknown ca")
  }

  /// The alert of a server that does not take our certificate is often lost with its connection.
  private var certificateAdvice: String {
    request.address.hasPrefix("https://")
      ? "; where the server asks for a client certificate, see search.certificateFile" : ""
  }
}
