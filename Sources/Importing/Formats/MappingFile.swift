import JSON

/// The parts that mappings of products and of histories share: one JSON object in a file.
enum MappingFile {
  /// Makes a mapping of the file's bytes; its refusals name the file.
  static func mapping<Mapping>(
    _ bytes: [UInt8], path: String, _ make: (JSONValue) throws -> Mapping
  ) throws -> Mapping {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch {
      throw ImportSourceError(path: path, reason: "\(error): a mapping is one JSON object")
    }
    do { return try make(value) } catch let refusal as LineRefusal {
      throw ImportSourceError(path: path, reason: refusal.reason)
    }
  }

  static func members(of member: JSONObject.Member) throws -> [JSONObject.Member] {
    guard let members = member.value.object?.members else { throw LineRefusal("\(member.name) is not a JSON object") }
    return members
  }

  /// No delimiter is a quote or ends a line.
  static func delimiter(_ value: JSONValue) throws -> UInt8 {
    guard let byte = value.string?.utf8.first, value.string?.utf8.count == 1, byte < 0x80,
      ![0x22, 0x0A, 0x0D].contains(byte)
    else { throw LineRefusal("delimiter is not one character of ASCII as , ; or a tab") }
    return byte
  }
}
