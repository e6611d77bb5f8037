import SearchService

/// The page of all values of one facet, with a box to look for one. It needs no JavaScript.
struct FacetValuesPage {
  let values: FacetValues
  let addresses: ListAddress

  var title: String { "All values of \(values.facet.name)" }

  var body: HTML {
    """
    <p><a rel="nofollow" href="\(addresses.of(addresses.input))">Back to the results</a></p>
    <div class="heading"><h1>\(values.facet.name)</h1><p class="count">\(countText)</p></div>
    <form class="find" action="/facets/\(values.facet.code)">\(hidden)
    <label for="prefix">Begins with</label> <input id="prefix" name="prefix" value="\(values.text)" maxlength="100" autocomplete="off">
    <button type="submit">Find</button>
    </form>
    \(list)
    """
  }

  private var countText: String {
    let count = values.total == 1 ? "1 value" : "\(values.isCut ? "more than " : "")\(values.total) values"
    let shown = values.facet.values.count
    return shown < values.total ? "\(count), the \(shown) most frequent shown" : count
  }

  private var hidden: [HTML] {
    addresses.facetParameters.map { parameter -> HTML in
      "<input type=\"hidden\" name=\"\(parameter.name)\" value=\"\(parameter.value)\">"
    }
  }

  private var list: HTML {
    guard !values.facet.values.isEmpty else {
      return "<p class=\"empty\">Nothing in these results begins with that.</p>"
    }
    let items = values.facet.values.map { value -> HTML in
      let current: HTML = value.isSelected ? " aria-current=\"true\"" : ""
      return """
        <li><a class="choice" rel="nofollow" href="\(addresses.toggling(values.facet, value))"\(current)>\(FacetColumn.swatch(value.hex))<span class="label">\(value.label)</span> <span class="count">\(value.count)</span></a></li>
        """
    }
    return "<ul class=\"facet all-values\">\(items)</ul>"
  }
}
