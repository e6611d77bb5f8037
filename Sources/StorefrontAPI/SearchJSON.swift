import Catalog
import JSON
import Ports
import Pricing
import Ranking
import SearchDSL
import SearchService
import Understanding

/// The answers of the API as JSON bytes. Ids are strings; money is an object with minor units, never a float.
public enum SearchJSON {
  static func bytes(of page: SearchPage) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 65_536)
    writer.object { writer in
      if let id = page.searchID { writer.member("search_id", id.description) }
      writer.member("query", page.typedText)
      if let corrected = page.correctedText {
        writer.member("original_query", page.typedText)
        writer.member("corrected_query", corrected)
      }
      if let relaxed = page.relaxedTo { writer.member("relaxed_to", relaxed.rawValue) }
      write(page.plan, &writer)
      if page.input.wantsWhy { writeWhy(page, &writer) }
      if let listing = page.input.listing { write(listing, &writer) }
      writer.name("total")
      writer.object {
        $0.member("value", page.total.value); $0.member("is_exact", page.total.isExact)
      }
      writer.member("sort", page.input.sort.rawValue)
      writer.member("page", page.input.page)
      writer.member("page_size", page.input.pageSize)
      writer.member("page_count", page.pageCount)
      if let cursor = page.nextCursor { writer.member("next_cursor", cursor) }
      writer.name("products")
      writer.array { writer in for product in page.products { write(product, &writer) } }
      writer.name("facets")
      writer.array { writer in for facet in page.facets { write(facet, &writer) } }
      writer.member("degraded", page.degraded.map(\.part.rawValue))
      writer.member("took_ms", (page.tookMilliseconds * 100).rounded() / 100)
    }
    return writer.bytes
  }

  /// The understood meaning of the query; members that would be empty are left out.
  private static func write(_ plan: QueryPlan, _ writer: inout JSONWriter) {
    if !plan.dropped.isEmpty { writer.member("dropped_words", plan.dropped) }
    if !plan.absent.isEmpty { writer.member("absent_words", plan.absent) }
    if !plan.excluded.isEmpty { writer.member("excluded", plan.excluded) }
    if let redirect = plan.redirect { writer.member("redirect", redirect) }
    guard !plan.recognitions.isEmpty else { return }
    writer.name("understood")
    writer.array { writer in
      for recognition in plan.recognitions {
        writer.object { writer in
          writer.member("kind", recognition.kind.rawValue)
          writer.member("label", recognition.label)
          writer.member("words", recognition.words)
          writer.member("is_filter", recognition.isFilter)
          writer.member("ignore", recognition.reference)
        }
      }
    }
  }

  private static func writeWhy(_ page: SearchPage, _ writer: inout JSONWriter) {
    writer.name("why")
    writer.object { writer in
      writer.name("steps")
      writer.array { writer in
        for step in page.plan.steps {
          writer.object { writer in
            writer.member("step", step.name)
            writer.member("detail", step.detail)
          }
        }
      }
      if let language = page.plan.language { writer.member("language", language) }
      if let query = page.query {
        writer.name("query")
        writer.value(query.json)
      }
      if let ranking = page.ranking { write(ranking, of: page, &writer) }
    }
  }

  /// Features that tell of the trade: everybody may ask why, also a competitor.
  private static let tradeFeatures: Set<String> = ["stock", "click_rate", "purchase_rate"]

  /// The model that ranked, and each shown product's feature values with their parts in its score.
  private static func write(_ ranking: ShownRanking, of page: SearchPage, _ writer: inout JSONWriter) {
    writer.name("ranking")
    writer.object { writer in
      writer.member("model", ranking.version)
      writer.name("products")
      writer.array { writer in
        for product in page.products {
          guard let row = ranking.rows[product.id] else { continue }
          writer.object { writer in
            writer.member("id", product.id.description)
            writer.name("features")
            writer.array { writer in
              for (place, feature) in RankingFeature.all.enumerated()
              where !row.values[place].isNaN && !tradeFeatures.contains(feature.name) {
                writer.object { writer in
                  writer.member("name", feature.name)
                  writer.member("value", row.values[place])
                  if let parts = row.parts { writer.member("part", parts[place]) }
                }
              }
            }
          }
        }
      }
    }
  }

  private static func write(_ listing: Listing, _ writer: inout JSONWriter) {
    writer.name("listing")
    writer.object { writer in
      writer.member("kind", listing.kind.rawValue)
      writer.member("slug", listing.slug)
      writer.member("name", listing.name)
      if !listing.summary.isEmpty { writer.member("summary", listing.summary) }
    }
  }

  static func bytes(of tree: CategoryTree, virtual: [Listing]) -> [UInt8] {
    var writer = JSONWriter()
    func write(_ node: CategoryTree.Node, _ writer: inout JSONWriter) {
      writer.object { writer in
        writer.member("id", node.id.description)
        writer.member("slug", node.slug)
        writer.member("name", node.name)
        writer.name("children")
        writer.array { writer in for child in tree.children(of: node.id) { write(child, &writer) } }
      }
    }
    writer.object { writer in
      writer.name("categories")
      writer.array { writer in for root in tree.roots { write(root, &writer) } }
      writer.name("virtual")
      writer.array { writer in
        for category in virtual {
          writer.object { writer in
            writer.member("slug", category.slug)
            writer.member("name", category.name)
            if !category.summary.isEmpty { writer.member("summary", category.summary) }
          }
        }
      }
    }
    return writer.bytes
  }

  static func bytes(of page: ProductPage) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 8192)
    writer.object { writer in
      writer.member("id", page.id.description)
      writer.member("code", page.code)
      writer.member("title", page.title)
      writer.member("summary", page.summary)
      if let brand = page.brand { writer.member("brand", brand) }
      writer.name("categories")
      writer.array { writer in
        for path in page.categories {
          writer.array { writer in
            for step in path.steps {
              writer.object { writer in
                writer.member("id", step.id.description)
                writer.member("slug", step.slug)
                writer.member("name", step.name)
              }
            }
          }
        }
      }
      writer.name("attributes")
      writer.array { writer in for attribute in page.attributes { write(attribute, &writer) } }
      writer.name("variants")
      writer.array { writer in for variant in page.variants { write(variant, &writer) } }
      writer.member("pictures", page.pictureURLs)
      writer.name("price")
      write(page.lowestQuote, &writer)
      writer.member("is_in_stock", page.isInStock)
      writeRating(page.rating, page.ratingCount, &writer)
      if let released = page.releasedAt { writer.member("released_at", released.description) }
      if let updated = page.updatedAt { writer.member("updated_at", updated.description) }
      writer.member("degraded", page.degraded.map(\.part.rawValue))
    }
    return writer.bytes
  }

  // MARK: Parts

  static func write(_ quote: Quote?, _ writer: inout JSONWriter) {
    guard let quote else { return writer.null() }
    writer.object { writer in
      writer.member("amount", quote.amount.decimalText)
      writer.member("minor_units", quote.amount.minorUnits)
      writer.member("currency", quote.amount.currency.code)
      writer.member("price_list", quote.list.text)
      if let was = quote.wasAmount {
        writer.member("was_amount", was.decimalText)
        writer.member("was_minor_units", was.minorUnits)
      }
    }
  }

  static func writeRating(_ average: Double?, _ count: Int64, _ writer: inout JSONWriter) {
    guard let average else { return }
    writer.name("rating")
    writer.object {
      $0.member("average", average); $0.member("count", count)
    }
  }

  private static func write(_ attribute: ProductSnapshot.Attribute, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("code", attribute.definition.code)
      writer.member("name", attribute.definition.name)
      if let unit = attribute.definition.unit { writer.member("unit", unit) }
      writer.member("type", attribute.definition.type.rawValue)
      writer.name("values")
      writer.array { writer in
        for value in attribute.values {
          switch value {
          case .number(let number): writer.double(number)
          case .boolean(let flag): writer.bool(flag)
          default: writer.string(value.displayText)
          }
        }
      }
    }
  }

  private static func write(_ variant: ProductPage.Variant, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", variant.id.description)
      writer.member("sku", variant.sku.text)
      if let gtin = variant.gtin { writer.member("gtin", gtin) }
      writer.name("options")
      writer.array { writer in for option in variant.options { write(option, &writer) } }
      if let picture = variant.pictureURL { writer.member("picture", picture) }
      writer.name("price")
      write(variant.quote, &writer)
      writer.member("is_in_stock", variant.isInStock)
    }
  }
}
