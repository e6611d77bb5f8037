/// The content of a picture: a kind of product, words for its details, and its colour.
///
/// The name says everything, so that a server draws the picture on demand and needs no files: `dress-midi-wrap-c0282d`.
public struct Picture: Hashable, Sendable {
  let kind: String
  let words: [String]
  let tint: Tint

  /// Longer names are refused before they are parsed.
  static let longestName = 80

  /// nil if no drawing knows the kind or a word.
  init?(kind: String, words: [String], tint: Tint) {
    guard let drawing = Self.drawings[kind], Set(words).count == words.count,
      words.allSatisfy({ drawing.words.contains($0) || Canvas.prints.contains($0) })
    else { return nil }
    self.kind = kind
    self.words = words
    self.tint = tint
  }

  /// Reads a name such as `dress-midi-wrap-c0282d`; nil if it is not the name of a picture.
  public init?(name: String) {
    guard name.utf8.count <= Self.longestName else { return nil }
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, let tint = Tint(hex: parts[parts.count - 1]), tint.hex == parts[parts.count - 1] else {
      return nil
    }
    self.init(kind: parts[0], words: Array(parts[1..<(parts.count - 1)]), tint: tint)
  }

  /// Kind, words and colour: `dress-midi-wrap-c0282d`.
  public var name: String { ([kind] + words + [tint.hex]).joined(separator: "-") }

  /// The path at which a shop serves it: `/pictures/dress-midi-wrap-c0282d.svg`.
  public var url: String { "/pictures/\(name).svg" }

  /// The drawing: a complete SVG document of a few kilobytes that refers to nothing outside itself.
  public var svg: String {
    guard let drawing = Self.drawings[kind] else { preconditionFailure("\(kind) was checked at the start") }
    var canvas = Canvas(tint: tint, words: Set(words))
    drawing.draw(&canvas)
    return canvas.svg
  }

  /// The drawing of a kind of product, and the words that change its details.
  struct Drawing: Sendable {
    let words: Set<String>
    let draw: @Sendable (inout Canvas) -> Void

    init(_ words: Set<String> = [], _ draw: @escaping @Sendable (inout Canvas) -> Void) {
      self.words = words
      self.draw = draw
    }
  }

  static let drawings: [String: Drawing] = clothes.merging(footwear, uniquingKeysWith: { $1 })
    .merging(accessories, uniquingKeysWith: { $1 }).merging(electronics, uniquingKeysWith: { $1 })
    .merging(computing, uniquingKeysWith: { $1 }).merging(furniture, uniquingKeysWith: { $1 })
    .merging(kitchen, uniquingKeysWith: { $1 }).merging(household, uniquingKeysWith: { $1 })

  /// The kinds of products that can be drawn, in alphabetical order.
  static var kinds: [String] { drawings.keys.sorted() }
}

extension Seeding {
  /// The SVG of the picture with that name (without `.svg`); nil if the name is not valid.
  public static func picture(named name: String) -> String? { Picture(name: name)?.svg }
}
