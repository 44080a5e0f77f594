// `vefactl events get ID`: one event of the feed as JSON.

#include <iostream>

#include "libs/http/url.h"
#include "services/ctl/operations.h"

namespace vefa::ctl {

int EventsGet(const std::string& id) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json event, api.Get("/v1/events/" + http::PercentEncode(id)));
    std::cout << event.dump(2) << "\n";
    return Ok();
  });
}

}  // namespace vefa::ctl
