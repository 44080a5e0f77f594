// `vefactl events get ID [--open]`: one event of the feed as JSON, with what is in its boxes when asked.

#include <iostream>

#include "libs/http/url.h"
#include "services/ctl/events_open.h"
#include "services/ctl/operations.h"

namespace vefa::ctl {

int EventsGet(const std::string& id, bool open) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json event, api.Get("/v1/events/" + http::PercentEncode(id)));
    if (open) VEFA_TRY_OK(OpenBoxes(api, event));
    std::cout << event.dump(2) << "\n";
    return Ok();
  });
}

}  // namespace vefa::ctl
