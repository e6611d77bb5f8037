import Glibc
import Threading

/// Held while a server is made and started in a folder: of two programs that start at the same moment, the second waits
/// and then finds the first one's server. The kernel releases the lock when its holder ends, however that ends.
struct StartLock: ~Copyable {
  private let descriptor: Int32

  /// Waits for another start in this folder. After `seconds`, the other one hangs.
  init(_ folder: String, waitingSeconds seconds: Double) throws(LocalServiceError) {
    let path = folder + "/starting.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ENOSPC ? .diskFull(folder: folder) : .folderUnreachable(folder: folder, user: "who runs this")
    }
    let deadline = monotonicSeconds() + seconds
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard monotonicSeconds() < deadline else {
        close(descriptor)
        throw .startsElsewhere(folder: folder)
      }
      usleep(20_000)
    }
  }

  deinit { close(descriptor) }
}
