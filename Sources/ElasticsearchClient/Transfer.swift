internal import CCurl
internal import Synchronization

/// A request to a node.
struct TransportRequest: Sendable {
  var method: String
  var address: String
  var path: String
  var body: RequestBody?
  var connectTimeout: Duration
  /// If a kept connection has ended meanwhile, libcurl sends any request again by itself.
  var needsNewConnection: Bool
}

/// A node's answer, of any status.
struct TransportAnswer: Sendable {
  var address: String
  var status: Int
  var contentType: String?
  var retryAfter: Duration
  var body: [UInt8]
}

/// The reason why there is no answer.
enum TransportFailure: Error, Sendable, Equatable {
  /// Nothing was sent.
  case notConnected(String)
  /// The connection ended before the first byte of an answer; the server may have acted.
  case notAnswered(String)
  /// The connection ended before the answer was complete.
  case cutShort(String)
  case notHTTP(String)
  case badEncoding(String)
  case headTooLarge(limitBytes: Int)
  case tooLarge(limitBytes: Int)
  /// `wasSent` is false if the request was still waiting for a connection.
  case deadlineExceeded(wasSent: Bool)
  case cancelled
  case queueFull(limit: Int)
  case closed
}

typealias TransportResult = Result<TransportAnswer, TransportFailure>

/// One request in progress. After submission, only the event loop's thread touches its variables.
final class Transfer: @unchecked Sendable {  // See above; `isCancelled` is atomic.
  let request: TransportRequest
  let deadline: ContinuousClock.Instant
  let maxAnswerBytes: Int
  let isCancelled = Atomic(false)

  /// The heads of search servers have a few hundred bytes; libcurl's own limit depends on its version.
  private static let maxHeadBytes = 64 << 10

  var continuation: CheckedContinuation<TransportResult, Never>?
  var handle: UnsafeMutableRawPointer?
  private var body: [UInt8] = []
  private var headBytes = 0
  private var isTooLarge = false
  /// libcurl writes the detail of an error here.
  let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(_ request: TransportRequest, deadline: ContinuousClock.Instant, maxAnswerBytes: Int) {
    self.request = request
    self.deadline = deadline
    self.maxAnswerBytes = maxAnswerBytes
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { errorText.deallocate() }

  func finish(_ result: TransportResult) {
    continuation?.resume(returning: result)
    continuation = nil
  }

  /// Receives a piece of the answer; false if the answer grew too large.
  func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard body.count + piece.count <= maxAnswerBytes else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: piece)
    return true
  }

  /// Receives a line of a head, interim responses included; false if the heads grew too large.
  func receiveHead(byteCount: Int) -> Bool {
    headBytes += byteCount
    return headBytes <= Self.maxHeadBytes
  }

  /// Translates libcurl's result.
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
    if isTooLarge { return .tooLarge(limitBytes: maxAnswerBytes) }
    if headBytes > Self.maxHeadBytes { return .headTooLarge(limitBytes: Self.maxHeadBytes) }
    let detail = String(cString: errorText)
    let reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    switch code {
    case CURLE_OUT_OF_MEMORY, vitrine_curle_too_large:
      // libcurl's words for a single header line over its own limit.
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

  /// With TLS 1.3 a server refuses our certificate, or its absence, only when it should answer; it has not read the
  /// request then. These are OpenSSL's words for the alerts of RFC 8446, section 6.2.
  private func isAboutCertificates(_ reason: String) -> Bool {
    reason.contains("alert certificate") || reason.contains("alert bad certificate")
      || reason.contains("alert unknown ca")
  }

  /// The alert of a server that refuses our certificate is often lost with its connection.
  private var certificateAdvice: String {
    request.address.hasPrefix("https://")
      ? "; where the server asks for a client certificate, see search.certificateFile" : ""
  }
}
