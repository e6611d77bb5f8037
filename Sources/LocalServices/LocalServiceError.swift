/// The reason why a private server did not start, in one line that says what to do.
public enum LocalServiceError: Error, Sendable, Equatable, CustomStringConvertible {
  case missingProgram(name: String, package: String)
  case socketPathTooLong(path: String, maxBytes: Int)
  case portTaken(service: String, port: Int)
  case diskFull(folder: String)
  case folderUnreachable(folder: String, user: String)
  case alreadyRunning(service: String, folder: String, processID: Int32)
  case startsElsewhere(folder: String)
  case otherVersion(folder: String, found: String, expected: String)
  case didNotStart(service: String, reason: String, log: String)

  public var description: String {
    switch self {
    case .missingProgram(let name, let package):
      "\(name) is not installed: run apt-get install \(package)"
    case .socketPathTooLong(let path, let maximum):
      "socket path \(path) is longer than \(maximum) bytes: choose a folder with a shorter path"
    case .portTaken(let service, let port):
      "port \(port) for \(service) is taken: stop what uses it, or choose another port"
    case .diskFull(let folder):
      "disk is full at \(folder): free some space, or choose another folder"
    case .folderUnreachable(let folder, let user):
      "folder \(folder) cannot be used by the user \(user): choose one under /tmp, or open the folders above it"
    case .alreadyRunning(let service, let folder, let processID):
      "\(service) runs in \(folder) already (process \(processID)): stop it first"
    case .startsElsewhere(let folder):
      "another program has been starting a server in \(folder) for a minute: stop it first"
    case .otherVersion(let folder, let found, let expected):
      "cluster in \(folder) was made by PostgreSQL \(found), installed is \(expected): delete the folder to start anew"
    case .didNotStart(let service, let reason, let log):
      "\(service) did not start: \(reason); its log is \(log)"
    }
  }
}
