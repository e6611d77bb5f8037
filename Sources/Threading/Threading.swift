import Glibc

/// One thread that runs an actor's jobs in order, so that a C library's blocking calls never block a thread of the
/// cooperative pool.
///
///     actor Connection {
///       private let thread: ThreadExecutor
///       nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
///       deinit { thread.stop() }
///     }
///
/// `@unchecked Sendable`: the queue and the flag are accessed only under `lock`.
public final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let arrival: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [UnownedJob] = []
  private var isStopped = false

  /// Starts the thread; it lives until `stop`.
  public init() throws(ThreadError) {
    lock = .allocate(capacity: 1)
    arrival = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(arrival, nil)
    try startThread { self.run() }
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(lock)
    arrival.deallocate()
    lock.deallocate()
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(lock)
    jobs.append(job)
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(lock)
  }

  /// Lets the thread end once its queue is empty; the actor that owns it calls this in its `deinit`.
  public func stop() {
    pthread_mutex_lock(lock)
    isStopped = true
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(lock)
  }

  private func run() {
    // A library that writes to a closed socket gets EPIPE, and the process gets no signal.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    while let batch = waitForJobs() {
      for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
  }

  private func waitForJobs() -> [UnownedJob]? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while jobs.isEmpty && !isStopped { pthread_cond_wait(arrival, lock) }
    guard !jobs.isEmpty else { return nil }
    let batch = jobs
    jobs.removeAll()
    return batch
  }
}

/// The system could not create a thread.
public struct ThreadError: Error, Sendable, CustomStringConvertible {
  let code: Int32
  public var description: String {
    "no thread to be had (\(String(cString: strerror(code)))): raise the limit of threads, or lower the connections"
  }
}

/// C libraries and our decoding need little stack; 64 connections should not reserve 64 × 8 MB.
private let stackBytes = 1024 * 1024

/// Starts a detached thread that runs `body` once.
public func startThread(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
  pthread_detach(try joinableThread(body))
}

/// A new thread that runs `body` once; the caller joins or detaches it.
private func joinableThread(_ body: @escaping @Sendable () -> Void) throws(ThreadError) -> pthread_t {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, stackBytes)
  let box = Unmanaged.passRetained(Box(body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, &attributes,
    { argument in
      Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  guard status == 0 else {
    box.release()
    throw ThreadError(code: status)
  }
  return thread
}

/// Runs `body` on so many new threads of low priority, and waits until all have ended. It runs on the caller's thread where the
/// system starts none.
func onLowThreads(_ count: Int, _ body: @Sendable () -> Void) {
  withoutActuallyEscaping(body) { body in
    let threads = (0..<count).compactMap { _ in
      try? joinableThread {
        // On Linux a thread has a niceness of its own.
        _ = nice(lowPriority)
        body()
      }
    }
    if threads.isEmpty { body() }
    for thread in threads { pthread_join(thread, nil) }
  }
}

/// Threads that answer requests get nine times the time of one with this niceness.
private let lowPriority: Int32 = 10

/// Runs blocking code on a new thread and waits for it without blocking a thread of the cooperative pool.
public func onOwnThread<T: Sendable, E: Error>(
  _ body: @escaping @Sendable () throws(E) -> T
) async throws(E) -> T {
  let outcome: Result<T, E> = await withCheckedContinuation { continuation in
    do {
      try startThread { continuation.resume(returning: Result { () throws(E) in try body() }) }
    } catch {
      preconditionFailure("\(error)")
    }
  }
  return try outcome.get()
}

/// Seconds of a clock that never goes back.
public func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
