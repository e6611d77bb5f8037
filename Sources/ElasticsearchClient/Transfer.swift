internal import CCurl
internal import Synchronization

/// What is asked of a node.
struct TransportRequest: Sendable {
  var method: String
  var url: String
  var body: RequestBody?
  var contentType: String
}

/// Bytes that stand still in memory while libcurl sends them, maybe more than once.
final class RequestBody: @unchecked Sendable {  // Written in init alone.
  let bytes: UnsafeBufferPointer<UInt8>

  init(_ source: [UInt8]) {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.count)
    _ = copy.initialize(from: source)
    bytes = UnsafeBufferPointer(copy)
  }

  deinit { bytes.deallocate() }
}

/// What a node answered: any status.
struct TransportAnswer: Sendable {
  var status: Int
  var contentType: String?
  var body: [UInt8]
}

/// Why there is no answer.
enum TransportFailure: Error, Sendable, Equatable {
  /// Nothing was sent.
  case notConnected(String)
  /// The connection ended before the answer did.
  case cutShort(String)
  case badEncoding(String)
  case tooLarge(limitBytes: Int)
  case deadlineExceeded
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

  var continuation: CheckedContinuation<TransportResult, Never>?
  var handle: UnsafeMutableRawPointer?
  var body: [UInt8] = []
  var isTooLarge = false
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

  /// What libcurl's result means.
  func result(_ code: CURLcode) -> TransportResult {
    if isTooLarge { return .failure(.tooLarge(limitBytes: maximumAnswerBytes)) }
    guard code == CURLE_OK, let handle else { return .failure(failure(code)) }
    var status = 0
    var contentType: UnsafePointer<CChar>?
    vitrine_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    vitrine_curl_get_string(handle, CURLINFO_CONTENT_TYPE, &contentType)
    return .success(
      TransportAnswer(status: status, contentType: contentType.map { String(cString: $0) }, body: body))
  }

  private func failure(_ code: CURLcode) -> TransportFailure {
    let detail = String(cString: errorText)
    let reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    switch code {
    case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR: return .badEncoding(reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,
      CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
      CURLE_URL_MALFORMAT:
      return .notConnected(reason)
    default: return .cutShort(reason)
    }
  }
}
