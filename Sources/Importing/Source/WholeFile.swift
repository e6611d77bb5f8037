/// A file in memory, unpacked where it is gzip.
public enum WholeFile {
  /// Reads a file, or standard input for `-`; refused where it has more bytes than that.
  public static func bytes(path: String, atMost limit: Int) throws(ImportSourceError) -> [UInt8] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    while try source.read(into: &bytes) {
      guard bytes.count <= limit else {
        throw ImportSourceError(path: source.path, reason: "has more than \(limit) bytes unpacked, which is the most")
      }
    }
    return bytes
  }
}
