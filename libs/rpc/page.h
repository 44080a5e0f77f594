#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::rpc {

// The size of a page: 0 means 50, more than 1,000 means 1,000. INVALID_ARGUMENT `PAGE_SIZE_NEGATIVE`.
Result<int> PageSize(int requested);

// After every id there is: where a list that begins with the newest begins.
Uuid AfterEveryId();

// An opaque token that holds the keys of the last row. `scope` is the method with its filter and
// order: a token made for another question is refused.
std::string MakePageToken(std::string_view secret, std::string_view scope, const std::vector<std::string>& keys);
// The keys of a token, `count` of them; none for an empty token. INVALID_ARGUMENT `PAGE_TOKEN_INVALID`.
Result<std::vector<std::string>> ReadPageToken(std::string_view secret, std::string_view scope, std::string_view token,
                                               size_t count);

}  // namespace vefa::rpc
