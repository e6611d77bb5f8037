import Glibc

/// One thread that runs the jobs of one connection in order, so that libpq's blocking calls never hold a thread of
/// the cooperative pool.
///
/// `@unchecked Sendable`: the queue and the flag are touched under `lock` only.
final class ConnectionThread: SerialExecutor, @unchecked Sendable {
  /// libpq and our decoding need little stack; 64 connections should not reserve 64 × 8 MB.
  private static let stackBytes = 512 * 1024

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let arrival: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [UnownedJob] = []
  private var isStopped = false

  init() throws(PostgresError) {
    lock = .allocate(capacity: 1)
    arrival = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(arrival, nil)
    try Self.start { self.run() }
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(lock)
    arrival.deallocate()
    lock.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(lock)
    jobs.append(job)
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(lock)
  }

  /// Lets the thread end once its queue is empty; called when the connection that owns it goes.
  func stop() {
    pthread_mutex_lock(lock)
    isStopped = true
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(lock)
  }

  private func run() {
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

  /// Starts a detached thread that runs `body` once.
  static func start(_ body: @escaping @Sendable () -> Void) throws(PostgresError) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        let box = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue()
        box.body()
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw .connectionFailed("no thread for a connection (error \(status)): raise the limit of threads")
    }
  }
}
