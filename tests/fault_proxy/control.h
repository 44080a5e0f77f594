#pragma once

#include <string>
#include <string_view>

namespace vefa::fault_proxy {

class Proxy;

// Does what a control request says and returns the whole HTTP answer.
//   GET  /stats                                       what passed and what was done, per link
//   POST /set?link=NAME[&direction=up|down]&KEY=N…    the toxics of a link from now on, and no others
//   POST /down?link=NAME&on=0|1                       connections are refused, those that are open reset
//   POST /reset?link=NAME                             every open connection is reset
//   POST /cut?link=NAME&count=N&when=after|before     the next N connections that commit are cut
//   POST /clear?link=NAME                             all is well
std::string Control(std::string_view request, Proxy& proxy);

}  // namespace vefa::fault_proxy
