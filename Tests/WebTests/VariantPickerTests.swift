// 1. Variants are chosen option by option, colour first: as many links as values, not as variants; each leads to the variant
//    with the value that keeps the shown one's other options, if there is one, else says what it is not to be had with.
// 2. Numbers keep their unit. An option that all variants share offers no choice.
// 3. Variants that their options do not tell apart are listed by their article numbers.
// 4. One picture is large; the others are links that show them.
import Catalog
import Testing

@testable import SearchService
@testable import Web

@Suite struct VariantPickerTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .number, unit: "GB")
  private static let fit = AttributeDefinition(code: "fit", name: "Fit", type: .text)

  private func variant(
    _ id: Int64, _ colour: String?, _ size: Double, isInStock: Bool = true
  ) -> ProductPage.Variant {
    var options = [
      ProductSnapshot.Attribute(definition: Self.size, values: [.number(size)]),
      ProductSnapshot.Attribute(definition: Self.fit, values: [.text("Loose")]),
    ]
    if let colour { options.append(.init(definition: Self.colour, values: [.swatch(name: colour, hex: "#ff0000")])) }
    return .init(
      id: VariantID(rawValue: id), sku: SKU("SKU-\(id)"), options: options, pictureURL: "/pictures/\(id).svg",
      isInStock: isInStock)
  }

  private func product(_ variants: [ProductPage.Variant], pictures: [String] = []) -> ProductPage {
    ProductPage(
      id: ProductID(rawValue: 5), code: "P", title: "Phone", summary: "", categories: [], attributes: [],
      variants: variants, pictureURLs: pictures, ratingCount: 0, degraded: [])
  }

  private func html(_ product: ProductPage, chosen: Int64, picture: Int = 1) -> String {
    ProductView(product: product, chosen: VariantID(rawValue: chosen), shownPicture: picture, recommended: "").body.text
  }

  @Test("1, 2: options")
  func options() {
    let variants = [
      variant(1, "Red", 32), variant(2, "Red", 64, isInStock: false), variant(3, "Green", 32), variant(4, "Blue", 128),
    ]
    let text = html(product(variants), chosen: 1)
    #expect(text.ranges(of: "<a href=\"/products/5?variant=").count + text.ranges(of: "<a class=\"other\"").count == 6)
    let (colour, size) = (text.firstRange(of: "<h2>Colour: <span>Red"), text.firstRange(of: "<h2>Size: <span>32 GB"))
    #expect(colour.flatMap { first in size.map { first.lowerBound < $0.lowerBound } } == true)
    #expect(!text.contains("<h2>Fit"))
    #expect(
      text.contains("?variant=3\"><svg class=\"swatch\"") && text.contains(">64 GB</span> <span class=\"note\">out"))
    #expect(text.contains("?variant=4\"><span class=\"label\">128 GB</span> <span class=\"note\">not in Red</span>"))
    #expect(text.contains("<span class=\"label\">Blue</span> <span class=\"note\">not in 32 GB</span>"))
    #expect(text.ranges(of: "aria-current=\"true\"><").count == 2)
  }

  @Test("3: alike variants")
  func alike() {
    let text = html(product([variant(1, nil, 32), variant(2, nil, 32)]), chosen: 2)
    #expect(text.contains("32 GB · Loose (SKU-1)") && text.contains("32 GB · Loose (SKU-2)"))
  }

  @Test("4: pictures")
  func pictures() {
    let product = product([variant(1, "Red", 32)], pictures: ["/pictures/1.svg", "/pictures/b.svg"])
    let second = html(product, chosen: 1, picture: 2)
    #expect(second.ranges(of: "class=\"picture\"").count == 1)
    #expect(second.contains("<span class=\"picture\"><img src=\"/pictures/b.svg\""))
    #expect(second.contains("href=\"/products/5?variant=1&amp;picture=2\" aria-current=\"true\""))
    for picture in [-1, 0, 3, .max, .min] {
      #expect(
        html(product, chosen: 1, picture: picture).contains("<span class=\"picture\"><img src=\"/pictures/1.svg\""))
    }
  }
}
