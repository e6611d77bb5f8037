import CMicroHTTPD
import Glibc
import Synchronization
import Telemetry
import Threading

/// One request and its answer on one connection.
///
/// Events come from three sides: the library's thread (head, body, resumed, completed), the handler's task (the answer)
/// and the watch (deadline, client gone). The lock makes the first answer win and lets exactly one side resume the
/// connection.
final class Exchange: Sendable {
  private enum Stage {
    /// The request line has arrived, the rest of the head has not.
    case head
    case body
    case handling
    /// The answer is queued in the library.
    case answering
    case ended
  }

  /// A request and its handler.
  struct Work: Sendable {
    var request: HTTPRequest
    let handling: ServerCore.Handling
  }

  private struct State {
    var stage = Stage.head
    var isSuspended = false
    /// The client is gone: no answer is sent.
    var isAbandoned = false
    /// The watch has answered instead of the handler: a task that is registered only now is cancelled.
    var isInterrupted = false
    /// Kept until the end, so that it is freed on the thread that allocated it; otherwise two threads would share
    /// malloc's locks and wait for each other, which costs a tenth of the requests per second. The body is freed
    /// earlier, because it may be large.
    var work: Work?
    var isWorkTaken = false
    var body: [UInt8] = []
    var bodyLimit = 0
    var isBodyTooLarge = false
    var bodyBytes = 0
    var answer: HTTPResponse?
    var pipe: BodyPipe?
    var task: Task<Void, Never>?

    /// The work for its one executor; nil the second time.
    mutating func takeWork() -> Work? {
      guard !isWorkTaken, let work else { return nil }
      isWorkTaken = true
      if !work.request.body.isEmpty { self.work = nil }
      return work
    }
  }

  private let core: ServerCore
  private let peer: Peer
  private let connection: ConnectionHandle
  /// The target as sent; nil if it is not UTF-8.
  private let target: String?
  /// The addresses of the target in the library's buffer, as numbers to compare.
  private let targetAddresses: Range<UInt>
  private let startedAt: UInt64
  private let state = Guarded(State())

  init(core: ServerCore, peer: Peer, connection: ConnectionHandle, target: UnsafePointer<CChar>) {
    self.core = core
    self.peer = peer
    self.connection = connection
    self.target = String(validatingCString: target)
    let address = UInt(bitPattern: target)
    targetAddresses = address..<(address + UInt(strlen(target)))
    startedAt = monotonicNanoseconds()
    peer.enter(.head, until: startedAt + core.configuration.headTimeout.nanoseconds)
    peer.current = self
  }

  // MARK: On the library's thread

  /// The library's access handler: called with the head, with each piece of the body, at the body's end, and after the
  /// connection was resumed.
  func proceed(
    method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>
  ) -> MHD_Result {
    switch state.withLock({ $0.stage }) {
    case .head:
      return receiveHead(method: method, version: version)
    case .body:
      guard uploadSize.pointee > 0, let upload else { return startHandling() }
      let isTaken = receiveBody(UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
      uploadSize.pointee = 0
      return isTaken ? CMHD_yes() : CMHD_no()
    case .handling:
      return sendAnswer()
    case .answering, .ended:
      return CMHD_no()
    }
  }

  private func receiveHead(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> MHD_Result {
    do throws(RequestHead.Refusal) {
      let head = try RequestHead(
        connection: connection.pointer, method: method, target: targetAddresses, version: version,
        maxBytes: core.configuration.maxHeadBytes)
      try accept(head, method: method)
      return CMHD_yes()
    } catch {
      return refuse(error.problem, error.detail)
    }
  }

  private func accept(_ head: RequestHead, method: UnsafePointer<CChar>) throws(RequestHead.Refusal) {
    guard let method = HTTPMethod(rawValue: String(cString: method)) else {
      throw RequestHead.Refusal(
        problem: .methodNotImplemented,
        detail: "The method is none of \(HTTPMethod.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    if let expectation = head.headers["Expect"], !HTTPHeaders.isSame(expectation, "100-continue") {
      throw RequestHead.Refusal(
        problem: .expectationFailed, detail: "The only expectation that is met is 100-continue.")
    }
    let (handling, parameters) = try route(method)
    let limit = handling.route.maxBodyBytes ?? core.configuration.maxBodyBytes
    if let length = head.contentLength, length > limit { throw Self.tooLarge(limit) }
    let deadline = handling.route.deadline ?? core.configuration.deadline
    var request = try makeRequest(method, head.headers, deadline: .now + deadline)
    request.pathParameters = parameters
    request.routePattern = handling.pattern
    let now = monotonicNanoseconds()
    let bodyLimit = now + (head.hasBody ? core.configuration.bodyTimeout : .seconds(1)).nanoseconds
    peer.enter(.body, until: bodyLimit)
    state.withLock { state in
      state.stage = .body
      state.work = Work(request: request, handling: handling)
      state.bodyLimit = limit
      if let length = head.contentLength {
        // Reserve no more than this on a client's word.
        state.body.reserveCapacity(min(length, 65_536))
      }
    }
  }

  private func route(
    _ method: HTTPMethod
  ) throws(RequestHead.Refusal) -> (handling: ServerCore.Handling, parameters: [String: String]) {
    guard let target, target.utf8.first == UInt8(ascii: "/") else {
      throw RequestHead.Refusal(
        problem: .malformedRequest, detail: "The request's target must be a path in UTF-8, beginning with /.")
    }
    guard target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw RequestHead.Refusal(
        problem: .malformedRequest, detail: "The request's target holds a space or a control character; encode it.")
    }
    return core.handling(method, target: target)
  }

  private func makeRequest(
    _ method: HTTPMethod, _ headers: HTTPHeaders, deadline: ContinuousClock.Instant
  ) throws(RequestHead.Refusal) -> HTTPRequest {
    do throws(HTTPRequest.TargetFault) {
      return try HTTPRequest(
        method: method, target: target ?? "", headers: headers, remoteAddress: peer.address, deadline: deadline)
    } catch {
      throw RequestHead.Refusal(problem: .malformedRequest, detail: "\(error).")
    }
  }

  private static func tooLarge(_ limit: Int) -> RequestHead.Refusal {
    RequestHead.Refusal(problem: .contentTooLarge, detail: "The body is larger than \(limit) bytes; send less.")
  }

  /// False breaks the connection off, because a body continues far beyond its limit.
  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      state.bodyBytes += bytes.count
      guard state.bodyBytes <= state.bodyLimit else {
        // An answer cannot be queued within a body, so first read and drop a little more.
        state.isBodyTooLarge = true
        state.body = []
        return state.bodyBytes <= state.bodyLimit + Self.maxDroppedBytes
      }
      state.body.append(contentsOf: bytes)
      return true
    }
  }

  /// Bytes that a chunked body may have beyond its limit and still get the reason of the refusal.
  static let maxDroppedBytes = 1_048_576

  private enum Start {
    case immediate(Work)
    case run(Work)
    case waiting
    case refused(ServerProblem, String, mustClose: Bool)
  }

  private func startHandling() -> MHD_Result {
    switch state.withLock({ start(&$0) }) {
    case .immediate(let work):
      return answerAtOnce(work)
    case .run(let work):
      run(work)
      return CMHD_yes()
    case .waiting:
      return CMHD_yes()
    case .refused(let problem, let detail, let mustClose):
      return refuse(problem, detail, mustClose: mustClose)
    }
  }

  /// Under the lock, so that the taker of this exchange from the queue finds it suspended and complete.
  private func start(_ state: inout State) -> Start {
    guard !state.isBodyTooLarge, state.work != nil else {
      let refusal = Self.tooLarge(state.bodyLimit)
      return .refused(refusal.problem, refusal.detail, mustClose: true)
    }
    if !state.body.isEmpty { swap(&state.work!.request.body, &state.body) }
    state.stage = .handling
    let left = ContinuousClock.now.duration(to: state.work!.request.deadline)
    peer.enter(.handling, until: monotonicNanoseconds() + left.nanoseconds)
    if state.work!.handling.route.isImmediate, let work = state.takeWork() { return .immediate(work) }
    let verdict = core.admission.admit(self)
    guard verdict != .full else {
      return .refused(
        .overloaded, "More requests wait than the server can answer; try again after Retry-After seconds.",
        mustClose: false)
    }
    guard suspend(&state) else {
      if verdict == .run { core.leave() }
      return .refused(.shuttingDown, Self.stopping, mustClose: true)
    }
    guard verdict == .run, let work = state.takeWork() else { return .waiting }
    return .run(work)
  }

  private static let stopping = "The server stops; try again."

  private func answerAtOnce(_ work: Work) -> MHD_Result {
    let task = Task.immediate { await core.run(self, work, hasPlace: false) }
    let isSuspended = state.withLock { state -> Bool? in
      state.task = task
      if state.answer != nil { return false }
      return suspend(&state) ? true : nil
    }
    switch isSuspended {
    case true?: return CMHD_yes()
    case false?: return sendAnswer()
    case nil:
      task.cancel()
      return refuse(.shuttingDown, Self.stopping)
    }
  }

  private func sendAnswer() -> MHD_Result {
    let (answer, pipe) = state.withLock { state -> (HTTPResponse?, BodyPipe?) in
      guard !state.isAbandoned else { return (nil, nil) }
      state.stage = .answering
      defer { state.answer = nil }
      return (state.answer, state.pipe)
    }
    guard let answer else { return CMHD_no() }
    return queue(answer, pipe, mustClose: false)
  }

  /// Answers with a problem from the library's thread, before or instead of a handler.
  private func refuse(_ problem: ServerProblem, _ detail: String, mustClose: Bool = true) -> MHD_Result {
    core.refused(problem)
    state.withLock { $0.stage = .answering }
    let id = RequestID.next()
    var response = Problem(problem, detail: detail).response(requestID: id)
    response.headers.add("X-Request-ID", id)
    if problem == .overloaded || problem == .shuttingDown {
      response.headers.add("Retry-After", String(core.configuration.retryAfterSeconds))
    }
    return queue(response, nil, mustClose: mustClose)
  }

  private func queue(_ answer: HTTPResponse, _ pipe: BodyPipe?, mustClose: Bool) -> MHD_Result {
    let now = monotonicNanoseconds()
    if pipe == nil {
      peer.enter(.answering, until: now + core.configuration.answerTimeout.nanoseconds)
    } else {
      peer.enter(.streaming, until: .max)
    }
    var shouldClose = mustClose || core.isDraining.load(ordering: .relaxed)
    if pipe == nil, case .stream = answer.body { shouldClose = true }
    guard let response = LibraryResponse(answer, pipe: pipe, shouldClose: shouldClose) else {
      core.logger.error("a response could not be made: out of memory or of descriptors")
      return CMHD_no()
    }
    return response.queue(on: connection.pointer, status: answer.status)
  }

  /// The library's completion callback: the answer was sent, or the connection ended before.
  func completed() {
    let (task, pipe) = state.withLock { state -> (Task<Void, Never>?, BodyPipe?) in
      let isUnanswered = state.stage == .handling && state.answer == nil
      state.stage = .ended
      defer {
        state.task = nil
        state.pipe = nil
        state.work = nil
      }
      return (isUnanswered || state.pipe != nil ? state.task : nil, state.pipe)
    }
    peer.current = nil
    peer.enter(.idle, until: monotonicNanoseconds() + core.configuration.idleTimeout.nanoseconds)
    pipe?.breakOff()
    task?.cancel()
  }

  // MARK: From the handler's task

  /// Starts a handler that has its place; called again when a waiting one gets its place. False if it was answered
  /// meanwhile.
  func startWaiting() -> Bool {
    let work = state.withLock { state -> Work? in
      guard state.stage == .handling, state.answer == nil, !state.isAbandoned else { return nil }
      return state.takeWork()
    }
    guard let work else { return false }
    run(work)
    return true
  }

  private func run(_ work: Work) {
    let task = Task { await core.run(self, work, hasPlace: true) }
    let isCancelled = state.withLock { state in
      guard state.stage != .ended, !state.isAbandoned, !state.isInterrupted else { return true }
      state.task = task
      return false
    }
    if isCancelled { task.cancel() }
  }

  /// Gives the answer; false if the exchange was answered or abandoned before. With `interrupts` the answer does not
  /// come from the handler, which is cancelled.
  @discardableResult
  func complete(_ answer: HTTPResponse, pipe: BodyPipe? = nil, interrupts: Bool = false) -> Bool {
    let (isFirst, wakes, task) = state.withLock { state -> (Bool, Bool, Task<Void, Never>?) in
      guard state.stage == .handling, state.answer == nil, !state.isAbandoned else { return (false, false, nil) }
      state.answer = answer
      state.pipe = pipe
      state.isInterrupted = interrupts
      defer { state.isSuspended = false }
      // Read now: once resumed, the exchange may be over before the next line.
      return (true, state.isSuspended, interrupts ? state.task : nil)
    }
    task?.cancel()
    if wakes { resume() }
    return isFirst
  }

  // MARK: From the watch

  /// The deadline has passed: answers the client and cancels the handler.
  func expire() {
    interrupt(.deadlineExceeded, "The answer was not ready within the time that the request is given; try again.")
  }

  /// The server stops: answers 503 if there is no answer yet, and breaks a stream off.
  func stop() {
    interrupt(.shuttingDown, Self.stopping)
    let (task, pipe) = state.withLock { ($0.task, $0.pipe) }
    pipe?.breakOff()
    task?.cancel()
  }

  private func interrupt(_ problem: ServerProblem, _ detail: String) {
    let id = RequestID.next()
    var response = Problem(problem, detail: detail).response(requestID: id)
    response.headers.add("X-Request-ID", id)
    response.headers.add("Retry-After", String(core.configuration.retryAfterSeconds))
    if complete(response, interrupts: true) { core.refused(problem) }
  }

  /// The server drains: completes a stream that has no end of its own.
  func drain() {
    let (task, pipe) = state.withLock { state -> (Task<Void, Never>?, BodyPipe?) in
      state.pipe?.endsOnDrain == true ? (state.task, state.pipe) : (nil, nil)
    }
    pipe?.finish()
    task?.cancel()
  }

  /// The client has closed its side while its connection was suspended.
  func clientGone() {
    let (task, pipe, wakes) = state.withLock { state -> (Task<Void, Never>?, BodyPipe?, Bool) in
      guard state.stage == .handling || state.pipe != nil else { return (nil, nil, false) }
      state.isAbandoned = true
      guard state.pipe == nil else { return (state.task, state.pipe, false) }
      defer { state.isSuspended = false }
      return (state.task, nil, state.isSuspended)
    }
    task?.cancel()
    pipe?.breakOff()
    if wakes { resume() }
  }

  // MARK: Suspending

  /// Takes the connection out of the library's loop; false if the server is stopping, which allows no suspension.
  /// Called only on the library's thread.
  func suspendConnection() -> Bool {
    state.withLock { suspend(&$0) }
  }

  private func suspend(_ state: inout State) -> Bool {
    guard core.beginSuspension() else { return false }
    state.isSuspended = true
    peer.suspendedAt.store(monotonicNanoseconds(), ordering: .relaxed)
    MHD_suspend_connection(connection.pointer)
    return true
  }

  /// Returns the connection to the loop if it is suspended.
  func resumeConnection() {
    let wakes = state.withLock { state in
      defer { state.isSuspended = false }
      return state.isSuspended
    }
    if wakes { resume() }
  }

  private func resume() {
    peer.suspendedAt.store(0, ordering: .relaxed)
    MHD_resume_connection(connection.pointer)
    core.endSuspension()
  }
}
