internal import CZlib
internal import JSON

extension ModelFile {
  private static let magic = Array("VITRINEM".utf8)
  private static let format: UInt32 = 1
  private static let block = 64
  /// The magic and three numbers.
  private static let openingBytes = 20

  private static func padded(_ count: Int) -> Int { (count + block - 1) / block * block }

  // MARK: Writing

  /// The whole file.
  public var bytes: [UInt8] {
    let contents = arrays.sorted { $0.key < $1.key }.map { (name: $0.key, values: $0.value, bytes: $0.value.bytes) }
    var entries: [JSONValue] = []
    var offset = 0
    for content in contents {
      entries.append([
        "name": .string(content.name), "type": .string(content.values.type), "count": .int(Int64(content.values.count)),
        "offset": .int(Int64(offset)), "bytes": .int(Int64(content.bytes.count)),
        "crc32": .int(Int64(Self.checksum(content.bytes))),
      ])
      offset += Self.padded(content.bytes.count)
    }
    let header = ["provenance": provenance.json, "arrays": .array(entries)] as JSONValue
    let headerBytes = header.bytes
    var bytes = Self.magic
    bytes.reserveCapacity(Self.padded(Self.openingBytes + headerBytes.count) + offset)
    for number in [Self.format, UInt32(headerBytes.count), Self.checksum(headerBytes)] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    for part in [headerBytes] + contents.map(\.bytes) {
      bytes += part
      bytes += repeatElement(0, count: Self.padded(bytes.count) - bytes.count)
    }
    return bytes
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }

  // MARK: Reading

  /// Reads a whole file; what is cut, damaged or out of bounds is refused with the reason.
  public init(bytes: UnsafeRawBufferPointer) throws(Fault) {
    guard bytes.count <= Limits.bytes else { throw Fault("it has \(bytes.count) bytes; \(Limits.bytes) are the most") }
    guard bytes.count >= Self.openingBytes, bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
      throw Fault("it does not begin as a model of Vitrine does")
    }
    func number(_ place: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: Self.magic.count + 4 * place, as: UInt32.self))
    }
    guard number(0) == Self.format else {
      throw Fault("it has format \(number(0)), and this version reads format \(Self.format): train the model anew")
    }
    let headerCount = Int(number(1))
    guard headerCount <= Limits.headerBytes else {
      throw Fault("its header has \(headerCount) bytes; \(Limits.headerBytes) are the most")
    }
    let start = Self.padded(Self.openingBytes + headerCount)
    guard bytes.count >= start else { throw Fault("it is cut in its header") }
    let header = UnsafeRawBufferPointer(rebasing: bytes[Self.openingBytes..<Self.openingBytes + headerCount])
    guard Self.checksum(header) == number(2) else { throw Fault("its header is damaged (CRC-32)") }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: header)
    } catch {
      throw Fault("its header is not JSON")
    }
    provenance = try Provenance(json["provenance"] ?? .null)
    arrays = [:]
    guard let entries = json["arrays"]?.array, entries.count <= Limits.arrays else {
      throw Fault("its header has no list of at most \(Limits.arrays) arrays")
    }
    var end = start
    for entry in entries {
      let (name, values, entryEnd) = try Self.array(entry, bytes, from: start)
      guard arrays.updateValue(values, forKey: name) == nil else { throw Fault("array \(name) stands twice") }
      end = max(end, entryEnd)
    }
    guard bytes.count == end else { throw Fault("it has \(bytes.count) bytes where its arrays end at \(end)") }
  }

  private static func array(
    _ entry: JSONValue, _ bytes: UnsafeRawBufferPointer, from start: Int
  ) throws(Fault) -> (name: String, values: Values, end: Int) {
    guard let name = entry["name"]?.string, let type = entry["type"]?.string, let count = entry["count"]?.int,
      let offset = entry["offset"]?.int, let size = entry["bytes"]?.int, let crc = entry["crc32"]?.int,
      count >= 0, offset >= 0, size >= 0, offset <= Int64(Limits.bytes), size <= Int64(Limits.bytes), count <= size
    else { throw Fault("an array's entry in its header is not complete or out of bounds") }
    let place = start + Int(offset)
    guard Int(offset) % block == 0, place + padded(Int(size)) <= bytes.count else {
      throw Fault("it is cut in array \(name)")
    }
    let content = UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(size)])
    guard Int64(checksum(content)) == crc else { throw Fault("array \(name) is damaged (CRC-32)") }
    guard let values = Values(type: type, count: Int(count), bytes: content) else {
      throw Fault("array \(name) is not \(count) values of type \(type)")
    }
    return (name, values, place + padded(Int(size)))
  }
}

extension ModelFile.Values {
  var type: String {
    switch self {
    case .floats: "float32"
    case .int32s: "int32"
    case .int64s: "int64"
    case .texts: "utf8"
    }
  }

  var count: Int {
    switch self {
    case .floats(let values): values.count
    case .int32s(let values): values.count
    case .int64s(let values): values.count
    case .texts(let values): values.count
    }
  }

  /// Numbers as they stand in memory, which is little-endian on every machine that Swift's Linux runs on; texts as their
  /// lengths in bytes and then their bytes.
  var bytes: [UInt8] {
    switch self {
    case .floats(let values): values.withUnsafeBytes { Array($0) }
    case .int32s(let values): values.withUnsafeBytes { Array($0) }
    case .int64s(let values): values.withUnsafeBytes { Array($0) }
    case .texts(let values):
      values.map { Int32($0.utf8.count) }.withUnsafeBytes { Array($0) } + values.flatMap { Array($0.utf8) }
    }
  }

  init?(type: String, count: Int, bytes: UnsafeRawBufferPointer) {
    func numbers<Number>(_: Number.Type) -> [Number]? {
      guard bytes.count == count * MemoryLayout<Number>.stride else { return nil }
      return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        initialized = count
      }
    }
    switch type {
    case "float32":
      guard let values = numbers(Float.self) else { return nil }
      self = .floats(values)
    case "int32":
      guard let values = numbers(Int32.self) else { return nil }
      self = .int32s(values)
    case "int64":
      guard let values = numbers(Int64.self) else { return nil }
      self = .int64s(values)
    case "utf8":
      guard let values = Self.texts(count, bytes) else { return nil }
      self = .texts(values)
    default: return nil
    }
  }

  private static func texts(_ count: Int, _ bytes: UnsafeRawBufferPointer) -> [String]? {
    let width = MemoryLayout<Int32>.stride
    guard count * width <= bytes.count else { return nil }
    var texts: [String] = []
    texts.reserveCapacity(count)
    var start = count * width
    for place in 0..<count {
      let length = Int(bytes.loadUnaligned(fromByteOffset: place * width, as: Int32.self))
      guard length >= 0, length <= bytes.count - start,
        let text = String(validating: bytes[start..<start + length], as: UTF8.self)
      else { return nil }
      texts.append(text)
      start += length
    }
    return start == bytes.count ? texts : nil
  }
}

extension ModelFile.Provenance {
  var json: JSONValue {
    [
      "kind": .string(kind), "data_digest": .string(dataDigest), "code_version": .string(codeVersion),
      // A text: JSON's readers elsewhere lose digits of 64-bit numbers.
      "seed": .string(String(seed)), "trained_seconds": .int(trainedSeconds),
      "metrics": .object(JSONObject(metrics.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })),
    ]
  }

  init(_ json: JSONValue) throws(ModelFile.Fault) {
    guard let kind = json["kind"]?.string, let dataDigest = json["data_digest"]?.string,
      let codeVersion = json["code_version"]?.string, let seed = json["seed"]?.string.flatMap({ UInt64($0) }),
      let trainedSeconds = json["trained_seconds"]?.int, let metrics = json["metrics"]?.object,
      metrics.members.count <= ModelFile.Limits.metrics
    else { throw ModelFile.Fault("its provenance is not complete") }
    var figures: [String: Double] = [:]
    for member in metrics.members {
      guard let figure = member.value.double else { throw ModelFile.Fault("its metric \(member.name) is not a number") }
      figures[member.name] = figure
    }
    self.init(
      kind: kind, dataDigest: dataDigest, codeVersion: codeVersion, seed: seed, trainedSeconds: trainedSeconds,
      metrics: figures)
  }
}
