import Glibc

/// A folder with a server's files, by its absolute path.
struct ServiceFolder {
  /// The size of `sun_path` on Linux, minus its closing zero.
  static let maxSocketPathBytes = 107

  let path: String

  /// Creates the folder if it is missing, gives it to the account and checks that the account can use it.
  init(_ path: String, account: ServiceAccount?) throws(LocalServiceError) {
    let user = account?.name ?? "who runs this"
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o755) != 0 && errno != EEXIST {
        if errno == ENOSPC { throw .diskFull(folder: path) }
        throw .folderUnreachable(folder: path, user: user)
      }
    }
    self.path = made
    if let account {
      guard chown(made, account.userID, account.groupID) == 0 else {
        throw .folderUnreachable(folder: path, user: user)
      }
      guard account.canReach(made) else { throw .folderUnreachable(folder: path, user: user) }
    }
    chmod(made, 0o700)
    guard access(made, W_OK) == 0 else { throw .folderUnreachable(folder: path, user: user) }
  }

  func file(_ name: String) -> String { path + "/" + name }

  /// The path of a socket here; throws if the kernel would refuse its length.
  func socket(_ name: String) throws(LocalServiceError) -> String {
    let socket = file(name)
    guard socket.utf8.count <= Self.maxSocketPathBytes else {
      throw .socketPathTooLong(path: socket, maxBytes: Self.maxSocketPathBytes)
    }
    return socket
  }

  /// A new folder of our own under /tmp, whose path is short enough for sockets.
  static func temporary(prefix: String) throws(LocalServiceError) -> String {
    var template = Array("/tmp/\(prefix)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw errno == ENOSPC ? .diskFull(folder: "/tmp") : .folderUnreachable(folder: "/tmp", user: "who runs this")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path from the root.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  static func remove(_ path: String) {
    // Files that cannot be removed stay in /tmp and do no harm.
    _ = runToEnd(["rm", "-rf", path], log: "/dev/null")
  }
}

/// Reads a small text file; nil if there is none.
func readText(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { break }
    bytes += buffer.prefix(count)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The last meaningful line of a log, and whether the disk was full.
func lastWords(of log: String) -> String {
  let lines = (readText(log) ?? "").split(separator: "\n")
  let telling = lines.last { line in
    ["FATAL", "PANIC", "ERROR", "error", "Error", "# "].contains { line.contains($0) }
  }
  return String(telling ?? lines.last ?? "nothing was logged")
}

/// Finds a program in PATH or in the given folders.
func findProgram(_ name: String, alsoIn folders: [String] = []) -> String? {
  let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
  for folder in folders + path.split(separator: ":").map(String.init) {
    let candidate = folder + "/" + name
    if access(candidate, X_OK) == 0 { return candidate }
  }
  return nil
}

/// The names in a folder, sorted.
func listFolder(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
