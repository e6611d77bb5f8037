import Catalog
import Glibc
import Indexer
import Ports
import SearchDSL
import Threading

/// The yardstick of `vitrine bench index`: `_bulk` bodies that lie ready in a file, sent unchanged over several
/// connections. The client reads nothing from a database and renders nothing; of an answer it reads only whether the
/// server reported an error.
struct PrerenderedBulks {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  /// The offset and the length of each body in the file.
  private let bodies: [(offset: Int, count: Int)]
  let documents: Int
  var byteCount: Int { bodies.last.map { $0.offset + $0.count } ?? 0 }

  /// Renders the products to a file in `folder`, in bodies as large as the indexer's.
  static func render(
    _ source: any ProductSource, at time: Timestamp, folder: String, onProgress: @escaping @Sendable (Int) -> Void
  )
    async throws -> PrerenderedBulks
  {
    let path = folder + "/bulks.ndjson"
    guard let file = fopen(path, "w") else { throw Failure(description: "\(path) cannot be written") }
    let writing = Guarded(Writing(file: file))
    defer { fclose(file) }
    try await source.forEachProductBatch(size: 2_000, after: nil) { products in
      try writing.withLock { try $0.add(products, at: time) }
      onProgress(products.count)
    }
    return try writing.withLock { writing in
      try writing.flush()
      return PrerenderedBulks(path: path, bodies: writing.bodies, documents: writing.documents)
    }
  }

  /// `@unchecked Sendable`: used only under a lock.
  private struct Writing: @unchecked Sendable {
    let file: UnsafeMutablePointer<FILE>
    var bodies: [(offset: Int, count: Int)] = []
    var documents = 0
    private var operations: [BulkOperation] = []
    private var bytes = 0
    private var offset = 0

    init(file: UnsafeMutablePointer<FILE>) { self.file = file }

    mutating func add(_ products: [ProductSnapshot], at time: Timestamp) throws {
      for product in products where product.isSearchable {
        let document = ProductDocument(product, at: time)
        let operation = BulkOperation(
          id: document.id, externalVersion: product.documentVersion, action: .index(source: document.source()))
        operations.append(operation)
        bytes += operation.byteCountEstimate
        documents += 1
        if bytes >= BulkWriter.defaultBytesARequest { try flush() }
      }
    }

    mutating func flush() throws {
      guard !operations.isEmpty else { return }
      let body = operations.ndjson
      guard fwrite(body, 1, body.count, file) == body.count, fflush(file) == 0 else {
        throw Failure(description: "the rendered documents cannot be written: is the disk full?")
      }
      bodies.append((offset, body.count))
      offset += body.count
      operations.removeAll(keepingCapacity: true)
      bytes = 0
    }
  }

  func remove() { unlink(path) }

  /// The number of bodies in each pass, from the first body on, so that `count` are sent in total. Each pass needs a
  /// new index, because an existing document is refused.
  func passes(ofBodies count: Int) -> [Int] {
    guard !bodies.isEmpty else { return [] }
    return stride(from: 0, to: count, by: bodies.count).map { min(bodies.count, count - $0) }
  }

  /// Sends the first `limit` bodies (nil: all), each connection taking the next; `address` is `http://host:port`.
  func send(
    to address: String, index: String, connections: Int, limit: Int? = nil,
    onProgress: @escaping @Sendable (Int) -> Void
  ) async throws {
    let queue = Queue(bodies.prefix(limit ?? .max))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<connections {
        group.addTask {
          try await onOwnThread { () throws(Failure) in
            try sendBodies(of: queue, to: address, index: index, onProgress: onProgress)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// The bodies that no connection has taken yet.
  private final class Queue: Sendable {
    private let rest: Guarded<ArraySlice<(offset: Int, count: Int)>>
    init(_ bodies: ArraySlice<(offset: Int, count: Int)>) { rest = Guarded(bodies) }
    func next() -> (offset: Int, count: Int)? { rest.withLock { $0.popFirst() } }
  }

  private func sendBodies(
    of queue: Queue, to address: String, index: String, onProgress: @Sendable (Int) -> Void
  ) throws(Failure) {
    let connection = try PlainConnection(address)
    let file = open(path, O_RDONLY)
    defer { close(file) }
    while let place = queue.next() {
      let body = [UInt8](unsafeUninitializedCapacity: place.count) { buffer, count in
        count = max(0, pread(file, buffer.baseAddress, place.count, place.offset))
      }
      guard body.count == place.count else { throw Failure(description: "\(path) was cut short") }
      let answer = try connection.post("/\(index)/_bulk", body)
      guard answer.starts(with: "HTTP/1.1 200"), answer.contains(#""errors":false"#) else {
        throw Failure(description: "_bulk answered \(answer.prefix(400))")
      }
      onProgress(documents * place.count / byteCount)
    }
  }
}

/// One kept-alive HTTP connection that blocks, with as little as possible between a file and a socket.
private final class PlainConnection {
  typealias Failure = PrerenderedBulks.Failure

  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

  init(_ address: String) throws(Failure) {
    guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw Failure(description: "\(address) has no port")
    }
    descriptor = socket(AF_INET, Int32(clamping: SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(clamping: AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let status = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(clamping: MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(description: "nothing listens at \(address)") }
  }

  deinit { close(descriptor) }

  /// The head and the first bytes of the answer; the rest is read and dropped.
  func post(_ path: String, _ body: [UInt8]) throws(Failure) -> String {
    let head =
      "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: \(body.count)\r\n\r\n"
    try send(Array(head.utf8))
    try send(body)
    var answer: [UInt8] = []
    var total: Int?
    var received = 0
    while total.map({ received < $0 }) ?? true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { throw Failure(description: "the server closed the connection") }
      received += count
      guard total == nil else { continue }
      answer += buffer[..<count]
      total = try Self.length(of: answer)
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private func send(_ bytes: [UInt8]) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, 0) }
      guard count > 0 else { throw Failure(description: "the server closed the connection") }
      sent += count
    }
  }

  /// Length of head and body together, once the head is complete.
  private static func length(of answer: [UInt8]) throws(Failure) -> Int? {
    let text = String(decoding: answer.prefix(4096), as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let head = text[..<end.lowerBound].lowercased()
    for line in head.split(separator: "\r\n") where line.hasPrefix("content-length:") {
      let digits = line.dropFirst("content-length:".count).filter { $0 != " " }
      if let count = Int(digits) { return text[..<end.upperBound].utf8.count + count }
    }
    throw Failure(description: "the server answered without a length: \(head)")
  }
}
