<?php
// Adminer, logged in to the databases that other components provide. Version 5 has a namespace, version 4 has none.

const KINDS = ["postgresql" => "pgsql", "mysql" => "server", "mariadb" => "server", "sqlite" => "sqlite"];

// [component, driver, server, user, password, database] of each; a part may hold any sign, as it is replaced by itself.
function databases(): array {
	$report = json_decode(file_get_contents(getenv("BINDER_DIR") . "/report.json"), true);
	$found = [];
	foreach ($report["provides"]["sql"] ?? [] as $one) {
		preg_match('~^(\w+)[^:]*://(?:([^:@/]*)(?::([^@/]*))?@)?([^/]*)/?([^?]*)~', $one["value"], $parts);
		$value = fn($match) => getenv($match[1]);
		[, $kind, $user, $password, $server, $database] = preg_replace_callback('/\$(\w+)/', $value, $parts);
		if (isset(KINDS[$kind])) {
			$found[] = [$one["component"], KINDS[$kind], $server, $user, $password, $database];
		}
	}
	return $found;
}

function address(array $one): string {
	return "?" . http_build_query([$one[1] => $one[2], "username" => $one[3], "db" => $one[5]]);
}

function adminer_object() {
	foreach (databases() as [, $driver, $server, $user]) {
		$_SESSION["pwds"][$driver][$server][$user] = ""; // it has been asked for; the password itself comes below
	}
	if (!$_GET && !$_POST && count(databases()) == 1) {
		header("Location: " . address(databases()[0]));
		exit;
	}
	class_alias(class_exists('Adminer\Adminer') ? 'Adminer\Adminer' : 'Adminer', "Page");
	return new class extends Page {
		function name(): string {
			return "<a href='?choose=' id='h1'>Adminer</a>";
		}

		function credentials(): array {
			foreach (databases() as [, $driver, $server, $user, $password]) {
				if (($_GET[$driver] ?? null) === $server && ($_GET["username"] ?? null) === $user) {
					return [$server, $user, $password];
				}
			}
			return parent::credentials();
		}

		// Scripts of this server are let in, as by a policy without this word: one of them is the link to the notebook.
		function csp(...$given): array {
			return array_map(fn($one) => str_replace("'strict-dynamic'", "", $one), parent::csp(...$given));
		}

		// A file of SQLite has no password, which Adminer would refuse.
		function login($login, $password) {
			return true;
		}

		function loginForm(): void {
			foreach (databases() as $one) {
				printf("<p><a href='%s'>%s</a>\n", htmlspecialchars(address($one), ENT_QUOTES), htmlspecialchars($one[0]));
			}
			parent::loginForm();
		}
	};
}

// The notebook's proxy cuts off what the address begins with, and the cookie is for this page alone.
$_SERVER["HTTP_X_FORWARDED_PREFIX"] = rtrim($_SERVER["HTTP_X_FORWARDED_CONTEXT"] ?? "", "/");
$_COOKIE["adminer_version"] = "0"; // no look for a newer one on the web
include "/usr/share/adminer/adminer.php";
