function [r, said] = tt_film(description, folder, varargin)
%TT_FILM  What other instruments say of a film, by `temtensile film`.
%   R = TT_FILM(DESCRIPTION, FOLDER) gathers what the YAML file DESCRIPTION names
%   (indentation, Brillouin scattering, diffraction, reflectivity, layers),
%   leaves the results in FOLDER and returns film.json as a struct. R =
%   TT_FILM('', FOLDER) only reads FOLDER. [R, SAID] = ... also returns what the
%   program printed.
%
%   Options, as name and value:
%     'set'      cell of 'key=value' that override entries of the description
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: as the names of the quantities say (youngs_modulus_GPa: GPa).
%
%   Example
%     r = tt_film('films/10pa/film.yaml', 'results/film-10pa');
%
%   See also TT_ANALYZE.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('set', {{}}, 'program', ''), varargin);
said = '';
if ~isempty(description)
    if ischar(o.set)
        o.set = {o.set};
    end
    words = {'film', description, '-o', folder};
    for i = 1:numel(o.set)
        words = [words, {'--set', o.set{i}}]; %#ok<AGROW>
    end
    said = tt_run(o.program, words);
end
file = fullfile(folder, 'film.json');
if ~exist(file, 'file')
    tt_fail('film', '%s holds no finished results of a film: there is no film.json in it', folder);
end
r = tt_read_json(file);
end
