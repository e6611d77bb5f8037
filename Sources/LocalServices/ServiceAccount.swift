import Glibc

/// An account of the machine under which a server runs if we are root.
public struct ServiceAccount: Sendable, Equatable {
  public let name: String
  let userID: uid_t
  let groupID: gid_t
  /// The one capability that the server keeps, to pass the closed folders above its own.
  private var capability: Capability?

  /// Capabilities that let a process pass folders closed to its account (capabilities(7)).
  private enum Capability: String, CaseIterable {
    case readAndSearch = "dac_read_search"
    case override = "dac_override"

    /// The bit in /proc/self/status.
    var bit: UInt64 { self == .readAndSearch ? 1 << 2 : 1 << 1 }
  }

  /// The first of these accounts that exists; nil if we are not root and servers run under our own account.
  ///
  /// If root's own folders stand above `folder` (a clone under /root), the server keeps a capability to pass them: the
  /// narrow one, or the wider one in a container that has no other.
  static func unprivileged(_ names: [String], reaching folder: String) -> ServiceAccount? {
    guard getuid() == 0 else { return nil }
    for name in names {
      guard let entry = getpwnam(name) else { continue }
      var account = ServiceAccount(name: name, userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
      if !account.canReach(folder) {
        let available = availableCapabilities()
        account.capability = Capability.allCases.first { available & $0.bit != 0 }
      }
      return account
    }
    return nil
  }

  var setprivArguments: [String] {
    var arguments = ["--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups"]
    if let capability {
      for set in ["inh-caps", "ambient-caps", "bounding-set"] {
        arguments.append("--\(set)=-all,+\(capability.rawValue)")
      }
    }
    return arguments
  }

  /// Whether each folder above lets the account pass; a folder that is not made yet will let it pass.
  func canReach(_ path: String) -> Bool {
    if capability != nil { return true }
    var above = ""
    for part in path.split(separator: "/").dropLast() {
      above += "/" + part
      var status = stat()
      guard stat(above, &status) == 0 else { return true }
      let bit: mode_t = status.st_uid == userID ? 0o100 : status.st_gid == groupID ? 0o010 : 0o001
      guard status.st_mode & bit != 0 else { return false }
    }
    return true
  }

  private static func availableCapabilities() -> UInt64 {
    for line in (readText("/proc/self/status") ?? "").split(separator: "\n") where line.hasPrefix("CapBnd:") {
      return UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0
    }
    return 0
  }
}
