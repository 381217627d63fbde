/*
 * Saves changed projects soon, and at once when the server is told to stop.
 *
 * OpenRefine itself saves every few minutes. It saves on SIGTERM too, but sleeps for three seconds first, and a
 * container may be killed after one. Shutdown hooks run side by side: the one below is done while the other sleeps.
 */
var lang = Packages.java.lang;
var PAUSE = 5000; // milliseconds; longer where a save takes long, so that at most a tenth of the time goes into it

function init() {
  var jetty = attempt("stopping will take longer", findJetty);
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
    if (jetty) attempt("requests are still accepted while saving", jetty.refuse);
    save(true);
    save(true); // what a request already under way has changed meanwhile; nothing to do otherwise
    if (jetty) {
      var closer = thread(jetty.close);
      closer.start();
      closer.join(200); // all is saved: no need to wait for long
    }
    lang.Runtime.getRuntime().halt(0);
  }));
}

// Looked up at the start: a class that Rhino meets for the first time costs a tenth of a second.
function findJetty() {
  var handler = module.getServletContext().getContextHandler();
  var connector = handler.getServer().getConnectors()[0];
  var used = [handler.setAvailable, connector.stop];
  return {
    // An edit that is acknowledged after the save would be lost: from here on every request is answered with 503.
    refuse: function () {
      handler.setAvailable(false);
    },
    // Java waits 0.3 s at its end while a thread is in native code, as those are that wait for connections.
    close: function () {
      attempt("stopping takes longer", function () {
        connector.stop();
      });
    }
  };
}

function save(everything) {
  attempt("not everything could be saved", function () {
    Packages.com.google.refine.ProjectManager.singleton.save(everything);
  });
}

function thread(work) {
  return new lang.Thread(new lang.Runnable({ run: work }), "binder");
}

function attempt(otherwise, work) {
  try {
    return work();
  } catch (e) {
    lang.System.err.println("binder: " + otherwise + ": " + e);
    return null;
  }
}
