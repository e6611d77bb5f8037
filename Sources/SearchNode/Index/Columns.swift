/// One numeric column of one segment: of each document its values, ascending.
///
/// Whole numbers, dates and Booleans are stored as they are, floating-point ones as a whole number of the same order,
/// so that range, sort and collapse compare whole numbers whatever the type.
final class NumericColumn: Sendable {
  let isFloating: Bool
  let values: Slab<Int64>
  /// nil: each document has exactly one value.
  let starts: Slab<UInt32>?
  let documentCount: Int
  /// Documents that have a value.
  let valuedDocumentCount: Int

  init(isFloating: Bool, values: [Int64], starts: [UInt32]) {
    self.isFloating = isFloating
    self.values = Slab(values)
    documentCount = starts.count - 1
    var valued = 0
    var isDense = true
    for document in 0..<documentCount {
      let count = starts[document + 1] - starts[document]
      if count > 0 { valued += 1 }
      if count != 1 { isDense = false }
    }
    valuedDocumentCount = valued
    self.starts = isDense ? nil : Slab(starts)
  }

  @inline(__always)
  func range(_ document: Int32) -> Range<Int> {
    guard let starts else { return Int(document)..<Int(document) + 1 }
    return Int(starts.base[Int(document)])..<Int(starts.base[Int(document) + 1])
  }

  @inline(__always)
  func double(at index: Int) -> Double {
    isFloating ? SortableDouble.decode(values.base[index]) : Double(values.base[index])
  }
}

/// Whole numbers of doubles that may be out of their range.
enum WholeNumber {
  /// Towards zero, held within the range; 0 for what is no number.
  static func nearest(_ value: Double) -> Int64 {
    if value.isNaN { return 0 }
    return value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
  }
}

/// Doubles as whole numbers of the same order.
enum SortableDouble {
  @inline(__always)
  static func encode(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.bitPattern)
    return bits ^ ((bits >> 63) & Int64.max)
  }

  @inline(__always)
  static func decode(_ value: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: value ^ ((value >> 63) & Int64.max)))
  }
}

/// One keyword column of one segment: of each document its terms' ordinals in the field's dictionary, ascending, each once.
final class OrdinalColumn: Sendable {
  let ordinals: Slab<Int32>
  /// nil: each document has exactly one.
  let starts: Slab<UInt32>?

  init(ordinals: [Int32], starts: [UInt32]) {
    self.ordinals = Slab(ordinals)
    let isDense = ordinals.count == starts.count - 1 && starts.enumerated().allSatisfy { $0.offset == Int($0.element) }
    self.starts = isDense ? nil : Slab(starts)
  }

  @inline(__always)
  func range(_ document: Int32) -> Range<Int> {
    guard let starts else { return Int(document)..<Int(document) + 1 }
    return Int(starts.base[Int(document)])..<Int(starts.base[Int(document) + 1])
  }
}

/// Collects a column's values while documents arrive in order.
struct NumericColumnWriter {
  let isFloating: Bool
  private var values: [Int64] = []
  private var starts: [UInt32] = [0]

  init(isFloating: Bool) { self.isFloating = isFloating }

  /// Values of the document being written; documents in between have none.
  mutating func add(_ documentValues: [Int64], document: Int) {
    pad(to: document)
    values.append(contentsOf: documentValues.count > 1 ? documentValues.sorted() : documentValues)
    starts.append(UInt32(values.count))
  }

  private mutating func pad(to document: Int) {
    while starts.count <= document { starts.append(UInt32(values.count)) }
  }

  mutating func finish(documentCount: Int) -> NumericColumn {
    pad(to: documentCount)
    return NumericColumn(isFloating: isFloating, values: values, starts: starts)
  }
}

/// Collects ordinals; they may come unsorted and repeated.
struct OrdinalColumnWriter {
  private var ordinals: [Int32] = []
  private var starts: [UInt32] = [0]

  mutating func add(_ documentOrdinals: [Int32], document: Int) {
    pad(to: document)
    if documentOrdinals.count > 1 {
      var previous: Int32 = -1
      for ordinal in documentOrdinals.sorted() where ordinal != previous {
        ordinals.append(ordinal)
        previous = ordinal
      }
    } else {
      ordinals.append(contentsOf: documentOrdinals)
    }
    starts.append(UInt32(ordinals.count))
  }

  private mutating func pad(to document: Int) {
    while starts.count <= document { starts.append(UInt32(ordinals.count)) }
  }

  /// The column with each ordinal replaced by its place in the sorted dictionary.
  mutating func finish(documentCount: Int, remap: [Int32]?) -> OrdinalColumn {
    pad(to: documentCount)
    guard let remap else { return OrdinalColumn(ordinals: ordinals, starts: starts) }
    var mapped = ordinals.map { remap[Int($0)] }
    for document in 0..<documentCount {
      let range = Int(starts[document])..<Int(starts[document + 1])
      if range.count > 1 { mapped[range].sort() }
    }
    return OrdinalColumn(ordinals: mapped, starts: starts)
  }
}
