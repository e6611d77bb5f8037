// Numbers that do not fit:
// 1. A fraction becomes the whole number towards zero, or the nearest that the type has; NaN becomes 0.
// 2. Sums, differences and products are those of wider numbers, or the nearest that the type has (every pair of bytes).
// 3. A number is written as people write it, and reads back as itself.
import Numbers
import Testing

@Suite struct SaturatingTests {
  @Test("1: fractions")
  func fractions() {
    for (value, whole) in [
      (0.0, 0), (-0.0, 0), (1.9, 1), (-1.9, -1), (1e300, .max), (-1e300, .min), (.infinity, .max), (-.infinity, .min),
      (.nan, 0), (0x1p63, .max), (9_223_372_036_854_774_784, 9_223_372_036_854_774_784),
      (-0x1p63, .min), (92_233_720_368_547_758.07 * 100, .max), (.leastNonzeroMagnitude, 0),
    ] as [(Double, Int64)] {
      #expect(Int64(saturating: value) == whole, "\(value)")
    }
    #expect(UInt8(saturating: -1.0) == 0 && UInt8(saturating: 255.9) == 255 && UInt8(saturating: 256.0) == 255)
    #expect(Int32(saturating: 3e9 as Float) == .max && Int32(saturating: -Float.infinity) == .min)
    #expect(Int32(saturating: Float.nan) == 0 && UInt64(saturating: 1.8446744073709552e19) == .max)
  }

  @Test("2: sums, differences, products")
  func arithmetic() {
    for left in Int8.min ... .max {
      for right in Int8.min ... .max {
        let (l, r) = (Int(left), Int(right))
        #expect(left.adding(saturating: right) == Int8(clamping: l + r))
        #expect(left.subtracting(saturating: right) == Int8(clamping: l - r))
        #expect(left.multiplied(saturating: right) == Int8(clamping: l * r))
        let (a, b) = (UInt8(bitPattern: left), UInt8(bitPattern: right))
        #expect(a.adding(saturating: b) == UInt8(clamping: Int(a) + Int(b)))
        #expect(a.subtracting(saturating: b) == UInt8(clamping: Int(a) - Int(b)))
        #expect(a.multiplied(saturating: b) == UInt8(clamping: Int(a) * Int(b)))
      }
    }
  }

  @Test("3: written as people do")
  func text() {
    for (value, text) in [
      (12.0, "12"), (12.5, "12.5"), (-3.0, "-3"), (-0.0, "0"), (1e15, "1000000000000000.0"),
      (999_999_999_999_999, "999999999999999"),
      (1e308, "1e+308"), (.infinity, "inf"), (0.1, "0.1"),
    ] {
      #expect(value.shortText == text)
      #expect(Double(text) == value)
    }
    #expect(Double.nan.shortText == "nan")
  }
}
