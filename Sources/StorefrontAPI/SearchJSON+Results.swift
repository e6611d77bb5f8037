import Catalog
import JSON
import SearchService

/// The parts of a result list: cards and facets.
extension SearchJSON {
  static func write(_ card: ProductCard, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", card.id.description)
      writer.member("code", card.code)
      writer.member("title", card.title)
      if let brand = card.brand { writer.member("brand", brand) }
      writer.member("url", "/products/\(card.id)" + (card.variant.map { "?variant=\($0.id)" } ?? ""))
      if let picture = card.pictureURL { writer.member("picture", picture) }
      writer.name("price")
      write(card.quote, &writer)
      writer.member("is_price_from", card.isPriceFrom)
      writer.member("is_in_stock", card.isInStock)
      writeRating(card.rating, card.ratingCount, &writer)
      if let variant = card.variant { write(variant, &writer) }
      writer.member("variant_count", card.variantCount)
      writer.name("choices")
      writer.array { writer in for choice in card.choices { write(choice, &writer) } }
      if card.highlightedTitle != nil || card.highlightedSummary != nil {
        writer.name("highlight")
        writer.object { writer in
          write(card.highlightedTitle, "title", &writer)
          write(card.highlightedSummary, "summary", &writer)
        }
      }
      if let score = card.score { writer.member("score", score) }
    }
  }

  private static func write(_ variant: ProductCard.Variant, _ writer: inout JSONWriter) {
    writer.name("variant")
    writer.object { writer in
      writer.member("id", variant.id.description)
      writer.member("sku", variant.sku.text)
      writer.name("options")
      writer.array { writer in
        for option in variant.options {
          writer.object {
            $0.member("code", option.code); $0.member("name", option.name); $0.member("value", option.value)
          }
        }
      }
    }
  }

  private static func write(_ choice: ProductCard.Choice, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("code", choice.code)
      writer.member("name", choice.name)
      if let meant = choice.meant { writer.member("meant", meant) }
      writer.name("values")
      writer.array { writer in
        for value in choice.values {
          writer.object { writer in
            writer.member("label", value.label)
            if let hex = value.hex { writer.member("hex", hex) }
          }
        }
      }
    }
  }

  /// Parts of text, not HTML: whoever shows them escapes them as any other text.
  private static func write(_ text: HighlightedText?, _ name: StaticString, _ writer: inout JSONWriter) {
    guard let text else { return }
    writer.name(name)
    writer.array { writer in
      for part in text.parts {
        writer.object {
          $0.member("text", part.text); $0.member("is_found", part.isFound)
        }
      }
    }
  }

  static func bytes(of values: FacetValues) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("prefix", values.text)
      writer.member("total", values.total)
      writer.member("is_cut", values.isCut)
      writer.name("facet")
      write(values.facet, &writer)
    }
    return writer.bytes
  }

  static func write(_ facet: Facet, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("code", facet.code)
      writer.member("name", facet.name)
      if let unit = facet.unit { writer.member("unit", unit) }
      writer.member("kind", facet.kind.rawValue)
      writer.name("values")
      writer.array { writer in
        for value in facet.values {
          writer.object { writer in
            writer.member("value", value.value)
            writer.member("label", value.label)
            writer.member("count", value.count)
            writer.member("is_selected", value.isSelected)
            if let hex = value.hex { writer.member("hex", hex) }
            if facet.kind == .categories { writer.member("depth", value.depth) }
          }
        }
      }
      writer.member("has_more", facet.hasMore)
      if let spread = facet.spread { write(spread, &writer) }
    }
  }

  private static func write(_ spread: Facet.Spread, _ writer: inout JSONWriter) {
    writer.name("spread")
    writer.object { writer in
      writer.member("lowest", spread.lowest)
      writer.member("highest", spread.highest)
      if let lower = spread.chosenLower { writer.member("chosen_lower", lower) }
      if let upper = spread.chosenUpper { writer.member("chosen_upper", upper) }
      writer.name("bars")
      writer.array { writer in
        for bar in spread.bars {
          writer.object {
            $0.member("from", bar.lower); $0.member("to", bar.upper); $0.member("count", bar.count)
          }
        }
      }
    }
  }
}
