// The conversions and sums for numbers from outside or from data. Swift's own end the process where a result does not fit.

extension FixedWidthInteger {
  /// The whole number towards zero from `value`, or the nearest that there is: `1e300` → the greatest; 0 for no number.
  ///
  /// `init(exactly:)` is for what must be refused instead.
  @inlinable @inline(__always)
  public init(saturating value: Double) {
    self = value.isNaN ? 0 : Self(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }

  /// The same for a narrower number.
  @inlinable @inline(__always)
  public init(saturating value: Float) { self.init(saturating: Double(value)) }

  /// The sum, or the nearest number that there is.
  @inlinable @inline(__always)
  public func adding(saturating other: Self) -> Self {
    let (sum, isTooFar) = addingReportingOverflow(other)
    return isTooFar ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the nearest number that there is.
  @inlinable @inline(__always)
  public func subtracting(saturating other: Self) -> Self {
    let (difference, isTooFar) = subtractingReportingOverflow(other)
    return isTooFar ? (other < 0 ? .max : .min) : difference
  }

  /// The product, or the nearest number that there is.
  @inlinable @inline(__always)
  public func multiplied(saturating other: Self) -> Self {
    let (product, isTooFar) = multipliedReportingOverflow(by: other)
    return isTooFar ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}

extension Double {
  /// As people write it: `12` for 12.0, `12.5`, `1e+300`.
  public var shortText: String {
    // Past 15 digits not each whole number is one.
    if abs(self) < 1e15, let whole = Int64(exactly: self) { return String(whole) }
    return description
  }
}
