import CMicroHTTPD
import Glibc

/// A part of an open file; the descriptor is closed with the last copy.
public struct HTTPFile: Sendable {
  private final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }

  private let descriptor: Descriptor
  /// The part's first byte.
  public let offset: Int
  /// The part's number of bytes.
  public let length: Int

  /// Takes ownership of an open descriptor.
  public init(descriptor: Int32, offset: Int = 0, length: Int) {
    precondition(offset >= 0 && length >= 0, "a file's part has no negative offset and no negative length")
    self.descriptor = Descriptor(descriptor)
    self.offset = offset
    self.length = length
  }

  private init(_ descriptor: Descriptor, offset: Int, length: Int) {
    self.descriptor = descriptor
    self.offset = offset
    self.length = length
  }

  /// A part of this part.
  public func part(_ range: Range<Int>) -> HTTPFile {
    precondition(range.lowerBound >= 0 && range.upperBound <= length, "a part lies within its file")
    return HTTPFile(descriptor, offset: offset + range.lowerBound, length: range.count)
  }

  /// A second descriptor for the same file, which the caller must close; -1 if none is left.
  func duplicatedDescriptor() -> Int32 {
    fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
  }
}
