/*
 * Saves changed projects soon, and at once when the server is told to stop.
 *
 * OpenRefine itself saves every few minutes. It saves on SIGTERM too, but sleeps for three seconds first, and a
 * container may be killed after one. Shutdown hooks run side by side: the one below is done while the other sleeps.
 */
var lang = Packages.java.lang;
var PAUSE = 5000; // milliseconds; longer where a save takes long, so that at most a tenth of the time goes into it

function init() {
  var saver = thread(function () {
    for (var pause = PAUSE; ; ) {
      lang.Thread.sleep(pause);
      var begin = lang.System.currentTimeMillis();
      save(false);
      pause = Math.max(PAUSE, 9 * (lang.System.currentTimeMillis() - begin));
    }
  });
  saver.setDaemon(true);
  saver.start();
  lang.Runtime.getRuntime().addShutdownHook(thread(function () {
    refuseRequests();
    save(true);
    save(true); // what a request already under way has changed meanwhile; nothing to do otherwise
    lang.Runtime.getRuntime().halt(0);
  }));
}

function thread(work) {
  return new lang.Thread(new lang.Runnable({ run: work }), "binder");
}

function save(everything) {
  try {
    Packages.com.google.refine.ProjectManager.singleton.save(everything);
  } catch (e) {
    lang.System.err.println("binder: not everything could be saved: " + e);
  }
}

// An edit that is acknowledged after the save would be lost: from here on every request is answered with 503.
function refuseRequests() {
  try {
    module.getServletContext().getContextHandler().setAvailable(false);
  } catch (e) {
    lang.System.err.println("binder: requests are still accepted while saving: " + e);
  }
}
