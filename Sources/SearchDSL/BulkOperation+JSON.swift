import Glibc
public import JSON

extension Collection<BulkOperation> {
  /// The body of `_bulk`: newline-delimited JSON, with external versions where given.
  public var ndjson: [UInt8] {
    var writer = JSONWriter(reservingBytes: reduce(0) { $0 + $1.byteCountEstimate })
    for operation in self { operation.write(to: &writer) }
    return writer.takeBytes()
  }
}

extension BulkOperation {
  /// Approximate size of the operation in a `_bulk` body; for cutting batches by size.
  public var byteCountEstimate: Int {
    let head = 64 + id.utf8.count
    if case .index(let source) = action { return head + source.count + 1 }
    return head
  }

  /// Appends the operation's line or lines.
  public func write(to writer: inout JSONWriter) {
    let name: StaticString = if case .delete = action { "delete" } else { "index" }
    writer.object { writer in
      writer.name(name)
      writer.object { writer in
        writer.member("_id", id)
        if let externalVersion {
          writer.member("version", externalVersion)
          writer.member("version_type", "external")
        }
      }
    }
    writer.newline()
    guard case .index(let source) = action else { return }
    if Self.holdsLineBreak(source) {
      // A line break in JSON can stand only between tokens, so a space means the same and keeps the line whole.
      writer.raw(source.map { Self.isLineBreak($0) ? 0x20 : $0 })
    } else {
      writer.raw(source)
    }
    writer.newline()
  }

  private static func holdsLineBreak(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return false }
      return memchr(start, 0x0A, bytes.count) != nil || memchr(start, 0x0D, bytes.count) != nil
    }
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

extension AliasAction {
  /// One of the `actions` of `_aliases`.
  public var json: JSONValue {
    switch self {
    case .add(let index, let alias): ["add": ["index": .string(index), "alias": .string(alias)]]
    case .remove(let index, let alias): ["remove": ["index": .string(index), "alias": .string(alias)]]
    case .removeIndex(let index): ["remove_index": ["index": .string(index)]]
    }
  }
}

extension [AliasAction] {
  /// The body of `_aliases`.
  public var json: JSONValue { ["actions": .array(map(\.json))] }
}
