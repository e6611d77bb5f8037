internal import CCurl
internal import Glibc
internal import Synchronization
import Threading

/// Sends requests with libcurl's multi interface on its own thread; callers only suspend.
final class CurlTransport: Sendable {
  private let loop: CurlEventLoop
  private let maxAnswerBytes: Int

  init(settings: ElasticsearchSettings) {
    _ = Self.globalInitialization
    loop = CurlEventLoop(settings: settings)
    maxAnswerBytes = settings.maxAnswerBytes
    loop.start()
  }

  deinit { loop.close() }

  /// Ends by the deadline, or soon after the task is cancelled; both close the connection.
  func send(_ request: TransportRequest, deadline: ContinuousClock.Instant) async -> TransportResult {
    let transfer = Transfer(request, deadline: deadline, maxAnswerBytes: maxAnswerBytes)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.continuation = continuation
        loop.submit(transfer)
      }
    } onCancel: {
      transfer.isCancelled.store(true, ordering: .releasing)
      loop.noticeCancellation()
    }
  }

  private static let globalInitialization: Void = {
    guard curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK else { fatalError("libcurl does not initialise") }
  }()
}

/// The thread that owns libcurl's handles. Other threads reach it only through the inbox and a wakeup.
final class CurlEventLoop: @unchecked Sendable {  // The thread owns all but `inbox` and `multi`'s wakeup.
  private struct Inbox {
    var submitted: [Transfer] = []
    var hasCancellations = false
    var isClosing = false
    /// Submitted requests that are not finished.
    var outstanding = 0
  }

  /// The loop reads its inbox at least this often, even if nothing wakes it.
  private static let longestPollMilliseconds = 1_000

  private let settings: ElasticsearchSettings
  private let inbox = Guarded(Inbox())
  private let multi: UnsafeMutableRawPointer
  private let headers: CurlHeaders

  private var waiting: [Transfer] = []
  private var active: [Transfer] = []
  private var idleHandles: [UnsafeMutableRawPointer] = []

  init(settings: ElasticsearchSettings) {
    guard let multi = curl_multi_init() else { fatalError("out of memory for libcurl") }
    self.settings = settings
    self.multi = multi
    headers = CurlHeaders(credentials: settings.credentials)
    vitrine_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maxConnections)
    vitrine_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.maxConnections)
  }

  func start() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        let loop = Unmanaged<CurlEventLoop>.fromOpaque(context!).takeRetainedValue()
        vitrine_name_this_thread("vitrine-curl")
        loop.blockBrokenPipeSignal()
        loop.run()
        return nil
      }, context)
    guard code == 0 else { fatalError("no thread for the search engine's connections: error \(code)") }
    pthread_detach(thread)
  }

  func submit(_ transfer: Transfer) {
    let limit = settings.maxConnections + settings.maxQueuedRequests
    let refusal: TransportFailure? = inbox.withLock { inbox in
      if inbox.isClosing { return .closed }
      if inbox.outstanding >= limit { return .queueFull(limit: settings.maxQueuedRequests) }
      inbox.outstanding += 1
      inbox.submitted.append(transfer)
      curl_multi_wakeup(multi)
      return nil
    }
    if let refusal { transfer.finish(.failure(refusal)) }
  }

  func noticeCancellation() {
    inbox.withLock { inbox in
      guard !inbox.isClosing else { return }
      inbox.hasCancellations = true
      curl_multi_wakeup(multi)
    }
  }

  /// Ends the thread. Requests in progress fail as closed.
  func close() {
    inbox.withLock { inbox in
      inbox.isClosing = true
      curl_multi_wakeup(multi)
    }
  }

  // MARK: On the thread

  private func run() {
    while true {
      let (new, hasCancellations, isClosing) = inbox.withLock { inbox in
        defer {
          inbox.submitted = []
          inbox.hasCancellations = false
        }
        return (inbox.submitted, inbox.hasCancellations, inbox.isClosing)
      }
      waiting += new
      if isClosing { break }
      endOverdue(alsoCancelled: hasCancellations || !new.isEmpty)
      startWaiting()
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      finishDone()
      if waiting.isEmpty || active.count >= settings.maxConnections {
        curl_multi_poll(multi, nil, 0, pollMilliseconds(), nil)
      }
    }
    for transfer in active + waiting { end(transfer, .failure(.closed)) }
    active = []
    waiting = []
    for handle in idleHandles { curl_easy_cleanup(handle) }
    curl_multi_cleanup(multi)
  }

  /// Milliseconds until the nearest deadline, rounded up so that the loop does not spin before it.
  private func pollMilliseconds() -> Int32 {
    var timeout = Self.longestPollMilliseconds
    let now = ContinuousClock.now
    for list in [active, waiting] {
      for transfer in list {
        timeout = min(timeout, (transfer.deadline - now).wholeMilliseconds + 1)
      }
    }
    return Int32(clamping: max(0, timeout))
  }

  private func endOverdue(alsoCancelled: Bool) {
    let now = ContinuousClock.now
    func ending(_ transfer: Transfer) -> TransportFailure? {
      if transfer.deadline <= now { return .deadlineExceeded(wasSent: transfer.handle != nil) }
      return alsoCancelled && transfer.isCancelled.load(ordering: .acquiring) ? .cancelled : nil
    }
    for keyPath in [\CurlEventLoop.active, \.waiting] {
      guard self[keyPath: keyPath].contains(where: { ending($0) != nil }) else { continue }
      var kept: [Transfer] = []
      for transfer in self[keyPath: keyPath] {
        if let failure = ending(transfer) { end(transfer, .failure(failure)) } else { kept.append(transfer) }
      }
      self[keyPath: keyPath] = kept
    }
  }

  private func startWaiting() {
    let free = settings.maxConnections - active.count
    guard free > 0, !waiting.isEmpty else { return }
    for transfer in waiting.prefix(free) {
      guard let handle = idleHandles.popLast() ?? curl_easy_init() else {
        end(transfer, .failure(.notConnected("out of memory for a transfer")))
        continue
      }
      transfer.handle = handle
      let code = transfer.configure(handle, settings: settings, headers: headers)
      if code == CURLE_OK, curl_multi_add_handle(multi, handle) == CURLM_OK {
        active.append(transfer)
      } else {
        transfer.handle = nil
        curl_easy_cleanup(handle)
        end(transfer, .failure(.notConnected(String(cString: curl_easy_strerror(code)))))
      }
    }
    waiting.removeFirst(min(free, waiting.count))
  }

  private func finishDone() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE,
        let index = active.firstIndex(where: { $0.handle == message.pointee.easy_handle })
      else { continue }
      let transfer = active.remove(at: index)
      end(transfer, transfer.result(vitrine_curl_message_result(message)))
    }
  }

  /// Returns the handle and answers the caller. libcurl closes a connection whose transfer had not ended.
  private func end(_ transfer: Transfer, _ result: TransportResult) {
    if let handle = transfer.handle {
      transfer.handle = nil
      curl_multi_remove_handle(multi, handle)
      curl_easy_reset(handle)
      idleHandles.append(handle)
    }
    inbox.withLock { $0.outstanding -= 1 }
    transfer.finish(result)
  }

  /// A server that closes while TLS writes must not end the process.
  private func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
