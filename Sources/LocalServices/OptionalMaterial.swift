import Glibc

/// Larger data and real search servers that tests and benchmarks use where they are present; the repository holds
/// neither. `docs/reference/data.md` says where to get them.
///
/// A variable that is set but empty means that there is none, which `make check` uses to stay fast.
public enum OptionalMaterial {
  /// The layout of the maintainers' machines, beside the checkout; used where no variable names a folder.
  private static let maintainersFolder = "../shared"

  /// A file of the folder that `VITRINE_DATA` names, such as `icecat/products.ndjson.gz`; nil if it is absent.
  public static func data(_ name: String) -> String? {
    readable((variable("VITRINE_DATA") ?? maintainersFolder + "/data") + "/" + name)
  }

  /// The folder that `VITRINE_SEARCH_NODES` names, which holds a `start` script for search servers; nil if it is absent.
  static var searchNodes: String? {
    let folder = variable("VITRINE_SEARCH_NODES") ?? maintainersFolder + "/search-node"
    return readable(folder + "/start") == nil ? nil : ServiceFolder.absolute(folder)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static func readable(_ path: String) -> String? {
    let path = ServiceFolder.absolute(path)
    return access(path, R_OK) == 0 ? path : nil
  }
}
