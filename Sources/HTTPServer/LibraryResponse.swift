import CMicroHTTPD
import Glibc

/// The library's response object, made from ours and destroyed when it was queued.
struct LibraryResponse: ~Copyable {
  /// Bytes of a stream requested at once; a chunk on the wire is never larger.
  static let streamBlockBytes = 16_384

  private let pointer: OpaquePointer

  /// nil if memory or descriptors ran out.
  init?(_ answer: borrowing HTTPResponse, pipe: BodyPipe?, shouldClose: Bool) {
    guard let pointer = Self.make(answer, pipe: pipe) else { return nil }
    self.pointer = pointer
    for field in answer.headers.fields where !Self.isLibrarys(field.name) {
      // The texts' own bytes: as arguments they would each be copied into an array.
      field.name.withCString { name in
        field.value.withCString { _ = MHD_add_response_header(pointer, name, $0) }
      }
    }
    if shouldClose { MHD_add_response_header(pointer, "Connection", "close") }
  }

  deinit {
    // The library counts references: a queued response lives until it is sent.
    MHD_destroy_response(pointer)
  }

  func queue(on connection: OpaquePointer, status: HTTPStatus) -> MHD_Result {
    MHD_queue_response(connection, UInt32(status.code), pointer)
  }

  /// The library does the framing: it knows the protocol's version and the body's length.
  private static func isLibrarys(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4: HTTPHeaders.isSame(name, "Date")
    case 10: HTTPHeaders.isSame(name, "Connection")
    case 14: HTTPHeaders.isSame(name, "Content-Length")
    case 17: HTTPHeaders.isSame(name, "Transfer-Encoding")
    default: false
    }
  }

  private static func make(_ answer: borrowing HTTPResponse, pipe: BodyPipe?) -> OpaquePointer? {
    switch answer.body {
    case .empty:
      return CMHD_response_of_copy(nil, 0)
    case .bytes(let bytes):
      return bytes.withUnsafeBytes { CMHD_response_of_copy($0.baseAddress, $0.count) }
    case .stream:
      guard let pipe else { return CMHD_response_of_unknown_length(readNothing) }
      let context = Unmanaged.passRetained(pipe)
      guard
        let response = MHD_create_response_from_callback(
          CMHD_SIZE_UNKNOWN, streamBlockBytes, read, context.toOpaque(), free)
      else {
        context.release()
        return nil
      }
      return response
    }
  }

  private static let read: MHD_ContentReaderCallback = { context, _, buffer, limit in
    Unmanaged<BodyPipe>.fromOpaque(context!).takeUnretainedValue().read(into: buffer!, limit: limit)
  }

  private static let readNothing: MHD_ContentReaderCallback = { _, _, _, _ in Int(CMHD_END_OF_STREAM) }

  private static let free: MHD_ContentReaderFreeCallback = { context in
    let pipe = Unmanaged<BodyPipe>.fromOpaque(context!).takeRetainedValue()
    pipe.breakOff()
  }
}
